"""Has a Node program listen on this machine only, where it names no address itself.

Code Capsules' command line binds every interface of the machine, so that anybody on its networks reaches the
login of the database while the tunnel is open. Node loads a file before the program when NODE_OPTIONS says
so; that file puts 127.0.0.1 where no host is named. A program that is no Node program takes no notice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "loopback-only.cjs"

_SCRIPT: Final = """'use strict';
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...words) {
  const first = words[0];
  if (first !== null && typeof first === 'object' && 'port' in first && !first.host) {
    words[0] = { ...first, host: '127.0.0.1' };
  } else if ((typeof first === 'number' || /^[0-9]+$/.test(first)) && typeof words[1] !== 'string') {
    words.splice(1, words[1] === undefined || words[1] === null ? 1 : 0, '127.0.0.1');
  }
  return listen.apply(this, words);
};
"""


def loopback_only(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """`environment` with that added to its NODE_OPTIONS; the file is written to `folder`. Raises OSError."""
    script = folder / NAME
    script.write_text(_SCRIPT)
    quoted = str(script).replace("\\", "\\\\").replace('"', '\\"')
    options = f'{environment.get("NODE_OPTIONS", "")} --require "{quoted}"'.strip()
    return {**environment, "NODE_OPTIONS": options}
