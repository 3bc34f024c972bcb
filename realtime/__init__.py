"""Push: what happens to seats, told as it happens.

An adapter beside the API, which brings no rules of its own and writes nothing: each process follows
the shows somebody watches (``tails``) and tells it on in five ways: Server-Sent Events and long
polls (``streams``), two dialects of WebSocket (``hall_socket``, ``updates_socket``) and Socket.IO
(``rooms``). Only ``config.asgi`` imports it. See docs/push.md.
"""
