"""How fast the console is, beside the limits of the machine and what others would do (speed.md).

`python -m benchmarks` makes the tables of docs/benchmarks.md. Nothing of the product knows this.
"""
