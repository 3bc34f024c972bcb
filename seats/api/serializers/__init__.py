"""What requests may say (``requests``) and what answers contain (``answers``)."""
