"""Every blueprint of the app: a module of functions is registered by its line here."""

from functions.alerts import alerts
from functions.analytics import analytics
from functions.api import api
from functions.audit import audit
from functions.auth import auth
from functions.bots import bots
from functions.categories import categories
from functions.cities import cities
from functions.company import company
from functions.customers import customers
from functions.deliveries import deliveries
from functions.dialogs import dialogs
from functions.escalations import escalations
from functions.failures import failures
from functions.health import health
from functions.imports import imports
from functions.invitations import invitations
from functions.media import media
from functions.messenger_links import messenger_links
from functions.orders import orders
from functions.products import products
from functions.prompts import prompts
from functions.service_tokens import service_tokens
from functions.turns import turns
from functions.users import users
from functions.webhooks import webhooks

__all__ = ["BLUEPRINTS"]

BLUEPRINTS = (
    # what messengers call, and the work that follows
    webhooks,
    turns,
    deliveries,
    # products, and what waits for a change of them
    products,
    categories,
    imports,
    media,
    alerts,
    # customers and what becomes of their wishes
    customers,
    orders,
    dialogs,
    failures,
    escalations,
    analytics,
    # the company, its bots and its people
    company,
    cities,
    bots,
    prompts,
    users,
    invitations,
    service_tokens,
    messenger_links,
    audit,
    # the edge itself
    auth,
    api,
    health,
)
