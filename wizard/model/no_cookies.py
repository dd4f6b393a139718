"""A jar for httpx that takes no cookie: an API gets its token and nothing else, and a cookie that no header
can hold must not end the next request."""

from http.cookiejar import CookieJar, DefaultCookiePolicy


def no_cookies() -> CookieJar:
    """A jar that stays empty."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
