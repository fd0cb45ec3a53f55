"""The headers of every answer, as data; what Talisman cannot set, one hook does."""

from flask import Flask, Response
from flask_talisman import Talisman

from .assets import Assets
from .config import Settings

ONION_LOCATION = "Onion-Location"
VARY = "Accept-Encoding, Accept-Language"
# Browsers write the host down for as long: no longer than lists of preloaded hosts ask.
ONE_YEAR_S = 31_536_000

# `document.featurePolicy.features()` of Chromium 156: a page of notes needs none. Left
# out is ch-*, hints for hosts that a page loads from: there are none, and each visit
# would wait for 470 bytes.
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

# Talisman knows none of these.
OURS = {
    # Nothing is kept: not by the browser's cache, not by a proxy.
    "Cache-Control": "no-store",
    # The document shares no process and no data with any other origin.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    # Scripts from addresses would need a hash; there are none.
    "Integrity-Policy": "blocked-destinations=(script)",
    # Brave may then keep the visit out of its history.
    "Request-OTR": "1",
    # No look-up of a helpline's name before a reader asks for it.
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def content_security_policy(assets: Assets) -> str:
    """Return the CSP: nothing is allowed but the inline style and script by hash."""
    return "; ".join(
        (
            "default-src 'none'",
            # The empty icon of the page, so that no icon is asked for.
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
    """Set up `app` so that every answer of it carries the full header set."""

    def complete(response: Response) -> Response:
        response.headers.update(OURS)
        if not settings.search_engines:
            response.headers["X-Robots-Tag"] = "noindex"
        if settings.onion and response.content_language:
            language = next(iter(response.content_language))
            response.headers[ONION_LOCATION] = f"http://{settings.onion}/{language}/"
        # Negotiated or not, so that all answers are alike.
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
