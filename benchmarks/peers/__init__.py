"""One room per contestant: `prepare()` makes its tables, `run(pages, case)` does its job."""
