"""`python -m autodiff_cli` is `adiff`."""

from .cli.main import main

if __name__ == "__main__":
    main()
