"""`python -m ccserver` is `ccserver`."""

from ccserver.main import main

main()
