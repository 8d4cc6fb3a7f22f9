"""An identity provider in a process of its own: it signs in whoever the test says, and lies when
told to.

`python -m tests.oidc.provider PORT` serves discovery, authorisation, tokens and keys. A POST to
`/next` says who comes next, as the JSON of a `Next`.
"""

import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "glimpse", "a secret between two programs"


@dataclass(frozen=True)
class Next:
    """Whoever signs in next, and what is to be wrong with their token."""

    claims: dict[str, Any] = field(default_factory=dict)
    other_key: bool = False
    other_nonce: bool = False
    denied: bool = False


class Provider:
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.wrong_key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.next = Next()
        self.nonces: dict[str, str] = {}
        """By the code they were asked for with; a code is good once."""

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.metadata),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/keys", self.keys),
            Route("/next", self.prepare, methods=["POST"]),
        ]

    async def metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def prepare(self, request: Request) -> Response:
        self.next = Next(**await request.json())
        return Response(status_code=204)

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        back = f"{asked['redirect_uri']}?state={asked['state']}"
        if self.next.denied:
            return RedirectResponse(f"{back}&error=access_denied", 302)
        code = secrets.token_urlsafe(16)
        self.nonces[code] = asked["nonce"]
        return RedirectResponse(f"{back}&code={code}", 302)

    async def token(self, request: Request) -> Response:
        async with request.form() as form:
            nonce = self.nonces.pop(str(form["code"]), None)
        if nonce is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "access_token": secrets.token_urlsafe(16),
                "id_token": self._id_token("another" if self.next.other_nonce else nonce),
            }
        )

    def _id_token(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            "nonce": nonce,
        }
        key = self.wrong_key if self.next.other_key else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | self.next.claims, key)


if __name__ == "__main__":
    port = int(sys.argv[1])
    serving = Starlette(routes=Provider(f"http://127.0.0.1:{port}").routes())
    uvicorn.run(serving, host="127.0.0.1", port=port, log_level="warning")
