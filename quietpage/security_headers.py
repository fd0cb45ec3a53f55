"""The headers of every response, as data; one hook sets what Talisman cannot."""

from flask import Flask, Response
from flask_talisman import Talisman

from .assets import Assets
from .config import Settings

ONION_LOCATION = "Onion-Location"
VARY = "Accept-Encoding, Accept-Language"
# Browsers remember the host for that long, so it is the least that the HSTS preload
# list accepts.
ONE_YEAR_S = 31_536_000

# `document.featurePolicy.features()` of Chromium 156: a page of notes needs none. The
# client hints (ch-*) are omitted: nothing is loaded from other hosts, and they would
# add 470 bytes to every response.
FEATURES = """
accelerometer aria-notify autoplay browsing-topics camera captured-surface-control
clipboard-read clipboard-write compute-pressure cross-origin-isolated deferred-fetch
deferred-fetch-minimal digital-credentials-create digital-credentials-get
display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
identity-credentials-get idle-detection interest-cohort keyboard-map
language-detector language-model local-fonts local-network local-network-access
loopback-network magnetometer media-playback-while-not-visible microphone midi
on-device-speech-recognition otp-credentials payment picture-in-picture
private-state-token-issuance private-state-token-redemption
publickey-credentials-create publickey-credentials-get screen-wake-lock serial
speaker-selection storage-access summarizer sync-xhr translator unload usb
window-management xr-spatial-tracking
"""

# Headers that Talisman does not know.
OURS = {
    # No copy is kept by the browser's cache or by a proxy.
    "Cache-Control": "no-store",
    # The document shares no process and no data with any other origin.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    # Scripts from URLs would need a hash; the page has none.
    "Integrity-Policy": "blocked-destinations=(script)",
    # Brave may then keep the visit out of its history.
    "Request-OTR": "1",
    # No DNS lookup of a helpline's host before a reader follows the link.
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def content_security_policy(assets: Assets) -> str:
    """Return the CSP, which allows only the inline style and scripts, by hash."""
    return "; ".join(
        (
            "default-src 'none'",
            # For the empty icon, without which browsers request one.
            "img-src data:",
            f"script-src {' '.join(assets.script_sources)}",
            f"style-src {assets.style_source}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def init_security_headers(app: Flask, assets: Assets, settings: Settings) -> None:
    """Set up `app` so that each of its responses has all headers."""

    def complete(response: Response) -> Response:
        response.headers.update(OURS)
        # A quoted sentence of the guide would appear among the results, and in the
        # address that a search engine opens and browsers keep (a text fragment).
        robots = "nosnippet" if settings.search_engines else "noindex"
        response.headers["X-Robots-Tag"] = robots
        if settings.onion and response.content_language:
            language = next(iter(response.content_language))
            response.headers[ONION_LOCATION] = f"http://{settings.onion}/{language}/"
        # Negotiated or not, so that all responses have the same headers.
        response.headers["Vary"] = VARY
        return response

    app.after_request(complete)
    Talisman(
        app,
        # `Site` redirects, without repeating what the client sent.
        force_https=False,
        strict_transport_security_max_age=ONE_YEAR_S,
        strict_transport_security_include_subdomains=settings.hsts_subdomains,
        strict_transport_security_preload=settings.hsts_preload,
        content_security_policy=content_security_policy(assets),
        frame_options="DENY",
        referrer_policy="no-referrer",
        permissions_policy=",".join(f"{name}=()" for name in FEATURES.split()),
    )
