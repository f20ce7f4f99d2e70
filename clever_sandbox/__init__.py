"""A sandbox Clever: the rostering API v3.0 and v3.1 over real HTTP, with made-up people.

It knows nothing of the console. It serves its own synthetic districts, can be changed through
`/_sandbox/`, and can be told to misbehave.
"""
