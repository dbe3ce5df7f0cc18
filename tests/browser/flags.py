"""How the tests start Debian's Chromium."""

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # The addresses of this machine as they are: no resolver knows the names that hide them.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    # Asterisk's own certificate is made by the tests.
    "--ignore-certificate-errors",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
