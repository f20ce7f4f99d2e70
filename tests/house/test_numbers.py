"""The numbers to build by: small files, small functions, much testing."""

from statistics import median, quantiles

from tests.house.floor_plan import PACKAGES, Source, length_of, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONGEST_VIEW = 25


def read(*folders: str) -> list[Source]:
    return [source for source in sources(*folders) if source.length]


def test_no_file_is_too_long() -> None:
    long = [
        f"{source} has {source.length} lines: split it by what its parts do"
        for source in read(*PACKAGES, "benchmarks", "tests")
        if source.length > LONGEST_FILE
    ]
    assert not long, "\n".join(long)


def test_no_function_is_too_long() -> None:
    long = [
        f"{source}:{function.lineno} {function.name} has {length_of(function)} lines"
        for source in read(*PACKAGES, "benchmarks")
        for function in source.functions()
        if length_of(function) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_views_are_short() -> None:
    long = [
        f"{source}:{function.lineno} {function.name} has {length_of(function)} lines"
        for source in read(*PACKAGES)
        if source.path.stem == "views" or source.path.parent.name == "views"
        for function in source.functions()
        if length_of(function) > LONGEST_VIEW
    ]
    assert not long, "\n".join(long)


def test_most_files_and_functions_are_small() -> None:
    files = [source.length for source in read(*PACKAGES)]
    functions = [
        length_of(function) for source in read(*PACKAGES) for function in source.functions()
    ]
    assert median(files) < 90
    assert median(functions) <= 8
    assert quantiles(functions, n=10)[-1] < 30
