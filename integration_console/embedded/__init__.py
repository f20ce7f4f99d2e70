"""What the console needs around it, started without installing anything.

Rooms: `ports`, `processes` (one child process), `postgres`, `broker` (Redis), `places` (files that
stay between starts), `programs` (what is run, with which environment) and `supervisor` (starts,
watches and stops all of it). `python -m integration_console.embedded` is `script/server`.
"""
