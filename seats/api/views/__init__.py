"""The endpoints, by noun. Each reads its input, asks the engine, and words the answer."""
