"""The command ``dispatch``; also ``python -m dispatch_cli``."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # A command runs for a tenth of a second, mostly in imports, which leave no garbage. The garbage
    # collector would use 5 % of that time.
    gc.disable()
    from .cli import run

    exit_code = run(sys.argv[1:])
    # On exit, Python searches all objects for garbage, even with the collector disabled: 10 ms of
    # 70. Frozen objects are not searched, and the system frees the memory anyway.
    gc.freeze()
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
