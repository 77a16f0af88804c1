"""`python -m playground prepare`: everything that the cluster tests and the demo stand on."""

import sys

from playground.installation import prepare

if __name__ == "__main__":
    if sys.argv[1:] != ["prepare"]:
        sys.exit("usage: python -m playground prepare")
    prepare()
