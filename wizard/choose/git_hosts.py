"""What people call the hosts of Git repositories."""

from collections.abc import Sequence

NAMES = {"github.com": "GitHub", "gitlab.com": "GitLab", "bitbucket.org": "Bitbucket"}


def hosts_in_words(hosts: Sequence[str]) -> str:
    """ "GitHub, GitLab or Bitbucket"; "a Git host" where none is named."""
    words = [NAMES.get(host, host) for host in hosts] or ["a Git host"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
