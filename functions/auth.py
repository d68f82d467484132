"""Getting in and out: registration, log-in, refresh, log-out, passwords, and who one is."""

from functions._endpoints import Endpoints
from shared.api.endpoint import PUBLIC, SIGNED_IN, SIGNED_IN_USER

auth = Endpoints("auth")

auth.post("register", "auth/register", handler="sessions.register", permission=PUBLIC, stored=False)
auth.post("login", "auth/login", handler="sessions.login", permission=PUBLIC, stored=False)
auth.post("refresh_session", "auth/refresh", handler="sessions.refresh", permission=PUBLIC, stored=False)
auth.post("logout", "auth/logout", handler="sessions.logout", permission=SIGNED_IN_USER, stored=False)
auth.get("get_me", "auth/me", handler="sessions.me", permission=SIGNED_IN)
auth.patch("update_me", "auth/me", handler="sessions.change_me", permission=SIGNED_IN_USER)
auth.post(
    "change_password", "auth/password/change", handler="passwords.change", permission=SIGNED_IN_USER, stored=False
)
auth.post("verify_email", "auth/email/verify", handler="emails.verify", permission=PUBLIC, stored=False)
auth.post(
    "resend_verification",
    "auth/email/resend",
    handler="emails.resend",
    permission=SIGNED_IN_USER,
    stored=False,
)
auth.post("forgot_password", "auth/password/forgot", handler="passwords.forgot", permission=PUBLIC, stored=False)
auth.post("reset_password", "auth/password/reset", handler="passwords.reset", permission=PUBLIC, stored=False)
