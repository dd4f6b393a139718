"""The SSH portal: a key of our own that Aptible signs for one operation, and where to connect.

The steps are those of `aptible db:tunnel` (aptible-cli, helpers/ssh.rb and helpers/tunnel.rb): every
connection needs an operation and an ssh_portal_connection of its own.
"""

import asyncio

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.aptible.answers import AccountAnswer, Operation, SshPortalConnection, Stack
from providers.aptible.client import Api
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.model.trouble import Trouble

KEY_BITS = 3072


class Portal:
    """Makes tickets. The RSA key lives in this object's memory and nowhere else."""

    def __init__(self, api: Api, token: Secret) -> None:
        self._api = api
        self._token = token
        self._key: tuple[Secret, str] | None = None
        self._making = asyncio.Lock()

    async def ticket(self, operation: Operation, account_id: str, database_url: Secret) -> SshTicket:
        """A ticket for one connection that belongs to `operation`.

        `remote_socket` is empty when the operation forwards nothing (a log).

        Raises:
            Trouble: Aptible gave no certificate, or no host key to check the portal by.
        """
        private, public = await self._key_pair()
        connection = await self._api.post(
            f"/operations/{operation.id}/ssh_portal_connections",
            {"ssh_public_key": public},
            SshPortalConnection,
            what=f"open the SSH portal for operation {operation.id}",
        )
        stack = await self.stack(account_id)
        return SshTicket(
            user=connection.ssh_user,
            host=stack.ssh_portal_host,
            port=stack.ssh_portal_port,
            private_key=private,
            public_key=public,
            certificate=connection.ssh_certificate_body.strip(),
            known_hosts=_known_hosts(stack),
            remote_socket=connection.ssh_port_forward_socket or "",
            environment={"ACCESS_TOKEN": self._token},
            database_url=database_url,
            allocate_pty=connection.ssh_pty,
        )

    async def stack(self, account_id: str) -> Stack:
        """The stack of an environment. Read each time: host keys and ports may change during a long run."""
        account = await self._api.get(f"/accounts/{account_id}", AccountAnswer, what="the environment")
        stack_id = account.linked_id("stack")
        if stack_id is None:
            raise Trouble(
                f"Aptible does not say which stack the environment {account.handle} is on.",
                remedy="Try again; if it stays, ask Aptible's support.",
                code="unknown-answer",
            )
        return await self._api.get(f"/stacks/{stack_id}", Stack, what="the stack")

    async def _key_pair(self) -> tuple[Secret, str]:
        async with self._making:
            if self._key is None:
                self._key = await asyncio.to_thread(make_key)
            return self._key


def make_key() -> tuple[Secret, str]:
    """An RSA key pair (the kind that Aptible's CLI makes) as OpenSSH texts: private, public."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return Secret(private.decode(), "SSH key of the tunnel"), public.decode()


def known_hosts_line(host: str, port: int, key: str) -> str:
    """One line of a known_hosts file."""
    return f"{host if port == 22 else f'[{host}]:{port}'} {' '.join(key.split()[:2])}"


def _known_hosts(stack: Stack) -> list[str]:
    keys = [key for key in (stack.ssh_host_rsa_public_key, stack.ssh_host_ecdsa_public_key) if key]
    if not keys:
        raise Trouble(
            f"Aptible names no host key for the SSH portal of the stack {stack.name}.",
            remedy="Ask Aptible's support; without the key Offramp cannot know whom it talks to.",
            code="unknown-answer",
        )
    return [known_hosts_line(stack.ssh_portal_host, stack.ssh_portal_port, key) for key in keys]
