# What to run before a change is done. `just check` is the daily one.

python := env("PYTHON", "python")

# List the recipes.
default:
    @just --list

# Format the code.
format:
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix .

# Formatting, lint, types, the floors between rooms.
lint:
    {{python}} -m ruff format --check .
    {{python}} -m ruff check .
    {{python}} -m mypy
    lint-imports

# Write every output that the documentation shows anew.
docs:
    {{python}} -m cogapp -r -P -I . README.md docs/pages/*.md
    {{python}} -m docs.pictures
    {{python}} -m docs.man

# The outputs in the documentation are those of the commands.
docs-check:
    {{python}} -m cogapp --check -P -I . README.md docs/pages/*.md

# The documentation site, in build/site, which can be read from there without a server.
site:
    NO_MKDOCS_2_WARNING=1 {{python}} -m mkdocs build --strict --quiet -f docs/mkdocs.yml

# The tests.
test *args:
    {{python}} -m pytest -m "not full" -n auto {{args}}

# All of the above.
check: lint docs-check test

# With fresh installations, long fuzzing, and the suite on every other supported Python that is installed.
check-all: check
    {{python}} -m pytest -m full
    {{python}} -m tests.pythons

# The benchmarks, each with its ratios.
bench:
    {{python}} benchmarks/startup.py
    {{python}} benchmarks/scalar.py
    {{python}} benchmarks/parsing.py
    {{python}} benchmarks/drawing.py
    {{python}} benchmarks/nudge.py
    {{python}} benchmarks/hessian.py
    {{python}} benchmarks/diff.py
    {{python}} benchmarks/rows.py
    {{python}} benchmarks/files.py
