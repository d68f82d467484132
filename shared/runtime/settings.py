"""All settings, read from the environment once per process and passed in; domain code reads no environment.

Names in the environment are the field names in upper case (``DATABASE_URL``), as Azure app settings are;
the storage connection keeps Azure's own name, ``AzureWebJobsStorage``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """The settings tree. Durations are seconds unless the name says otherwise."""

    # an app setting that is there and empty is one that nobody set
    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    # ---- state ----------------------------------------------------------------------------------------
    database_url: SecretStr
    """Postgres as ``zeta_app``: owns nothing, sees one company at a time."""
    system_database_url: SecretStr
    """Postgres as ``zeta_system``: claims, sweeps and timers; scheduling columns only."""
    database_pool_size: int = Field(default=4, ge=2, le=16)
    """Connections per process over both roles (Azure Functions: instances x groups x 4 < max_connections)."""
    database_connect_timeout: float = 5.0
    """How long opening a connection may take."""
    database_statement_timeout: float = 15.0
    """How long one statement may take, and how long to wait for a free connection."""
    redis_url: SecretStr | None = None
    """Without Redis everything works from Postgres, slower."""
    redis_timeout: float = 0.05
    """How long one call to Redis may take; after that work goes on without it."""
    redis_prefix: str = ""
    """Before every key: lets test workers share one server."""
    storage_connection: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("AzureWebJobsStorage", "storage_connection")
    )
    """Connection string of the storage account of queues and files; empty: by identity, see the next four."""
    storage_queue_url: str = Field(
        default="", validation_alias=AliasChoices("AzureWebJobsStorage__queueServiceUri", "storage_queue_url")
    )
    """The account's queue service, e.g. ``https://<account>.queue.core.windows.net``: Entra ID opens it."""
    storage_blob_url: str = Field(
        default="", validation_alias=AliasChoices("AzureWebJobsStorage__blobServiceUri", "storage_blob_url")
    )
    """The account's blob service, e.g. ``https://<account>.blob.core.windows.net``, where files are kept."""
    storage_account: str = Field(
        default="", validation_alias=AliasChoices("AzureWebJobsStorage__accountName", "storage_account")
    )
    """The account's name, where its services have their usual addresses."""
    storage_client_id: str = Field(
        default="", validation_alias=AliasChoices("AzureWebJobsStorage__clientId", "storage_client_id")
    )
    """Client id of a user-assigned identity; empty: the app's own."""
    queue_prefix: str = ""
    """Before the name of every queue and container: lets test workers share one storage account."""
    queue_timeout: float = 2.0
    """How long one call to the queue service may take."""
    blob_timeout: float = 20.0
    """How long writing or reading one file may take."""
    credential_keys: SecretStr
    """Key ring for credentials at rest: ``id:base64(32 bytes)``, comma-separated; the first encrypts."""

    # ---- outside APIs -----------------------------------------------------------------------------------
    telegram_api_url: str = "https://api.telegram.org"
    """The Telegram Bot API."""
    whatsapp_api_url: str = "https://graph.facebook.com"
    """Meta's Graph API, for WhatsApp."""
    whatsapp_api_version: str = "v25.0"
    """The version of the Graph API, as it stands in its addresses."""
    viber_api_url: str = "https://chatapi.viber.com"
    """The Viber Bot API."""
    viber_button_api_version: int = 3
    """``min_api_version`` of share-phone and location-picker buttons (unconfirmed by Viber's pages)."""
    send_timeout: float = Field(default=10.0, ge=1.0)
    """One call to a messenger, in all."""
    openai_base_url: str | None = None
    """Another server that speaks the OpenAI API; empty: OpenAI itself."""
    openai_api_key: SecretStr | None = None
    """Without a key (and without Azure) the offline assistant answers."""
    openai_model: str = "gpt-4o-mini"
    """The model that answers (with Azure OpenAI: the deployment)."""
    openai_temperature: float | None = 0.3
    """How freely the model speaks; empty: not sent, for models that refuse it."""
    openai_timeout: float = 20.0
    """How long one call to the model may take."""
    azure_openai_endpoint: str | None = None
    """The Azure OpenAI resource; wins over OpenAI."""
    azure_openai_api_version: str = "2024-10-21"
    """The API version of Azure OpenAI."""
    azure_openai_api_key: SecretStr | None = None
    """Empty with an endpoint set: Entra ID through the app's managed identity."""
    model_price_input: float = 0.15
    """US dollars per million tokens read, for the cost that is recorded and held against the budget."""
    model_price_output: float = 0.60
    """The same for tokens written."""
    openai_vision_model: str = ""
    """The model that looks at photos; empty: `OPENAI_MODEL`."""
    openai_transcription_model: str = "whisper-1"
    """The model that writes down voice notes (with Azure OpenAI: the deployment); empty: none."""
    model_price_audio_minute: float = 0.006
    """US dollars per minute of sound written down."""
    public_base_url: str = "http://127.0.0.1:7071"
    """Where messengers reach the function app."""

    # ---- photos and voice ---------------------------------------------------------------------------------
    whatsapp_media_hosts: str = "lookaside.fbsbx.com,.fbcdn.net,.whatsapp.net"
    """Hosts, comma-separated, that WhatsApp's files come from; a leading dot stands for all names below it."""
    viber_media_hosts: str = ".viber.com"
    """The same for Viber."""
    media_timeout: float = 15.0
    """How long the download of a person's file may take in all."""
    ocr_data: str = ""
    """The folder of Tesseract's ``eng.traineddata``; empty: `ocr-data` beside `function_app.py`."""
    ocr_seconds: float = 2.0
    """How long the words in one picture are looked for at most."""
    recognition_kept: float = 3600.0
    """How long the copy in Redis of what a file was found to be lives."""

    # ---- turns -----------------------------------------------------------------------------------------
    drainer_dialogs: int = 16
    """Dialogs that one drainer runs at once."""
    drainer_budget: float = 60.0
    """A drainer claims nothing new after this long."""
    drainers_cap: int = 8
    """Rings in flight at most."""
    company_dialogs_cap: int = 64
    """Dialogs of one company that may be leased at once, over all workers."""
    drainer_company_share: float = Field(default=0.75, gt=0.0, le=1.0)
    """The part of a drainer's places that one company may fill: the rest is free for whoever comes."""
    lease_seconds: float = 20.0
    """How long a worker that went silent keeps a dialog from others."""
    lease_renewal: float = 5.0
    """How often a running turn renews its lease; at most half of `LEASE_SECONDS`."""
    turn_deadline: float = 60.0
    """How long one turn may take, a hung one included."""
    turn_attempts: int = 4
    """After so many failed attempts a message is put aside for an administrator."""
    solo_attempt: int = 3
    """From this attempt on a dialog runs alone in its process."""
    merge_window: float = 0.3
    """How long typed words wait for more."""
    late_window: float = 1.0
    """How long what was delivered late (5 s and more after it was written) waits for what was written before it."""
    album_window: float = 1.0
    """How long a part of an album waits for the next one."""
    album_limit: float = 3.0
    """How long an album may take in all."""
    stop_grace: float = 5.0
    """After SIGTERM running turns may end this long."""
    near_due: float = 1.0
    """A drainer waits for work due within this long; else it rings with a delay."""
    ring_marker_seconds: float = 5.0
    """How long one ring stands for all that follow it."""
    sweep_batch: int = 200
    """How many waiting dialogs or lanes a look takes in."""

    # ---- conversation -----------------------------------------------------------------------------------
    memory_messages: int = 20
    """Messages of a dialog that are remembered."""
    memory_seconds: float = 24 * 3600.0
    """How long the copy of a dialog in Redis lives."""
    context_messages: int = 10
    """Messages of the talk that a responder is shown."""
    context_tokens: int = 3000
    """Tokens of the talk that the model is shown at most."""
    messages_per_minute: int = 20
    """Turns a minute that one person may have; twice that after thirty days. A press of a button is a quarter."""
    handover_seconds: float = 12 * 3600.0
    """How long the bot is silent after it called a person, unless somebody gives the dialog back."""
    handover_reply_seconds: float = Field(default=600.0, ge=30.0)
    """How long the staff may take to answer before it is reminded, where the bot's rules do not say."""
    handover_reminders: int = Field(default=3, ge=0, le=10)
    """How often the staff is reminded of one wait; the second time the dialog goes to a colleague, then to all."""
    daily_model_budget: float = 5.0
    """US dollars a company may spend on the model a day, where the company sets none of its own."""

    # ---- alerts -----------------------------------------------------------------------------------------
    alert_days: int = Field(default=90, ge=1)
    """How long a price or restock alert lives, in days."""
    alert_check_hours: float = Field(default=24.0, gt=0)
    """Hours between two checks of an alert whose product did not change; a change is looked at at once."""
    alerts_per_customer: int = Field(default=50, ge=1)
    """Alerts that one customer may have waiting."""
    alert_batch: int = Field(default=100, ge=1, le=1000)
    """Alerts of one company that are checked in one transaction."""
    alert_budget: float = 60.0
    """A run of checks begins nothing new after this long."""
    alert_runs_cap: int = Field(default=4, ge=1)
    """Runs of checks that the timer asks for at once, at most."""

    # ---- sending ----------------------------------------------------------------------------------------
    lane_seconds: float = 25.0
    """The send lane's claim; at least twice ``send_timeout`` (checked)."""
    send_attempts: int = 8
    """After so many tries a call to a messenger is put aside for an administrator."""
    send_backoff_limit: float = 300.0
    """The longest wait between two tries of one call."""
    uncertain_wait: float = 60.0
    """How long to wait for a delivery status before an uncertain send is repeated, where statuses tell."""
    misconfigured_wait: float = 300.0
    """How long a bot rests whose credentials the platform refused."""
    pace_factor: float = 1.0
    """Scales every platform's pace; 0 turns our own throttle off (the platform's 429 is always obeyed)."""
    typing_after: float = 0.4
    """A turn that takes longer shows "typing…"."""

    # ---- catalogue --------------------------------------------------------------------------------------
    import_lease: float = 60.0
    """How long a worker that went silent keeps a file of products from others."""
    import_budget: float = 300.0
    """A worker reads one file this long; then another goes on with it."""
    import_attempts: int = 5
    """After so many beginnings without an end a file is given up."""
    # ---- orders -----------------------------------------------------------------------------------------
    reservation_seconds: float = 24 * 3600.0
    """How long a new order holds its goods; from the staff's confirmation on it holds them until it ends."""
    # ---- identity ---------------------------------------------------------------------------------------
    token_keys: SecretStr = SecretStr("")
    """Key ring of access tokens: ``id:base64(32 bytes)``, comma-separated; the first signs. Empty: derived from
    ``CREDENTIAL_KEYS``."""
    access_token_seconds: float = Field(default=900.0, gt=0)
    """How long an access token holds."""
    refresh_token_days: float = Field(default=30.0, gt=0)
    """How long a refresh token holds; each use gives a new one."""
    caller_cache_seconds: float = Field(default=10.0, ge=0, le=15)
    """How long a worker may go on without asking whether a user or token was shut out."""
    registration_open: bool = True
    """Whether anybody may register a company; invitations work either way."""
    invitation_days: float = Field(default=7.0, gt=0)
    """How long an invitation can be accepted."""
    password_reset_minutes: float = Field(default=60.0, gt=0)
    """How long a link to choose a new password holds."""
    password_memory_kib: int = Field(default=19456, ge=8192)
    """Memory of one argon2id hash, KiB (OWASP's minimum with two passes)."""
    password_passes: int = Field(default=2, ge=1)
    """Passes of argon2id over its memory."""
    login_free_attempts: int = Field(default=5, ge=1)
    """Failed log-ins of one account from one address before each further one doubles the wait there."""
    login_free_attempts_of_account: int = Field(default=100, ge=1)
    """The same for one account from anywhere; addresses where its owner logged in before are not made to wait."""
    login_free_attempts_of_address: int = Field(default=20, ge=1)
    """The same for one address, over all accounts; and for the companies that are registered from it."""
    login_longest_wait: float = 900.0
    """The longest wait that failed log-ins cause."""
    panel_url: str = ""
    """The administrators' web pages, where links of invitations and resets lead; empty: ``PUBLIC_BASE_URL``."""
    oidc_issuer: str = ""
    """The ``iss`` of an outside OpenID issuer whose tokens are accepted (Supabase, Entra ID); empty: none."""
    oidc_audience: str = ""
    """The ``aud`` that its tokens must name; required with an issuer."""
    oidc_jwks_url: str = ""
    """Where its public keys are (``https``); required with an issuer."""
    oidc_email_claim: str = "email"
    """The claim that holds the user's e-mail."""
    oidc_email_verified_claim: str = "email_verified"
    """The claim that must be true."""
    oidc_trusts_emails: bool = False
    """The issuer gives only e-mails that it has verified, and no claim that says so."""

    # ---- mail -------------------------------------------------------------------------------------------
    smtp_host: str = ""
    """The server that sends invitations, reset and verification links; empty: the first two are shown once."""
    smtp_port: int = 587
    """Its port."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` only for a server on this machine."""
    smtp_user: str = ""
    """The name to log in with; empty: without."""
    smtp_password: SecretStr = SecretStr("")
    """Its password."""
    smtp_timeout: float = 10.0
    """How long sending one mail may take."""
    mail_from: str = ""
    """The sender's address; required with a server."""
    mail_answer_seconds: float = Field(default=2.0, ge=0)
    """"Forgot password" answers after this long whether the account exists or not."""

    # ---- edges ------------------------------------------------------------------------------------------
    webhook_body_limit: int = 3 << 20
    """Bytes of a webhook; a larger one is refused with 413."""
    api_requests_per_minute: int = 100
    """Requests a minute that one address, and one user, may send to the administrators' API; 0: no limit."""
    trusted_proxy_hops: int = Field(default=1, ge=0)
    """Proxies in front of the app whose `X-Forwarded-For` is believed; Azure's own front end is one, 0: none."""
    cors_origins: str = ""
    """Web pages that may call the API from a browser, comma-separated: ``https://panel.example.com``."""
    raw_retention_days: int = 30
    """How long the raw bodies of webhooks are kept."""
    analytics_retention_days: int = 400
    """How long the events are kept that reports count."""
    log_level: str = "INFO"
    """The least severe level that is logged."""

    def model_post_init(self, _context: object, /) -> None:
        """Refuse combinations that would break a promise of the protocol."""
        if self.lane_seconds < 2 * self.send_timeout:
            raise ValueError("LANE_SECONDS must be at least twice SEND_TIMEOUT")
        if self.lease_renewal * 2 > self.lease_seconds:
            raise ValueError("LEASE_RENEWAL must be at most half of LEASE_SECONDS")
        if self.oidc_issuer and not (self.oidc_audience and self.oidc_jwks_url):
            raise ValueError("OIDC_ISSUER needs OIDC_AUDIENCE and OIDC_JWKS_URL")
        if self.smtp_host and not self.mail_from:
            raise ValueError("SMTP_HOST needs MAIL_FROM")
