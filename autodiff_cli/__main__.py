"""`python -m autodiff_cli` is `adiff`."""

from .cli.start import main

if __name__ == "__main__":
    main()
