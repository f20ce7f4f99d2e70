"""Whether this installation works: for machines that watch it, and for whoever looks at a page.

Rooms: `broker` (Redis), `parts` (what has to be well, in sentences), `figures` (what there is to
count), `answering` (/healthz, /readyz and /metrics) and `banner` (what an admin is told).
"""
