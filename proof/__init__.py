"""Proof from outside that no seat is sold twice: customers over HTTP, a checker of their history.

Nothing here imports the server or its database. Whoever can reach a server can put it to the proof.
"""
