"""The function app: every capability registers its functions here, and nothing else happens on import."""

import azure.functions as func

from functions.alerts import alert_endpoints, alerts
from functions.analytics import analytics
from functions.api import api
from functions.auth import auth
from functions.bots import bots, prompts
from functions.cities import cities
from functions.company import company
from functions.customers import customers
from functions.deliveries import deliveries
from functions.dialogs import dialogs, failures
from functions.escalations import escalations
from functions.health import health
from functions.imports import imports
from functions.media import media
from functions.messenger_links import messenger_links
from functions.orders import orders
from functions.products import categories, products
from functions.turns import turns
from functions.users import audit, invitations, service_tokens, users
from functions.webhooks import webhooks

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

app.register_functions(webhooks)
app.register_functions(turns)
app.register_functions(deliveries)
app.register_functions(alerts)
app.register_functions(escalations)
app.register_functions(messenger_links)
app.register_functions(orders)
app.register_functions(health)
app.register_functions(cities)
app.register_functions(products)
app.register_functions(categories)
app.register_functions(imports)
app.register_functions(media)
app.register_functions(company)
app.register_functions(bots)
app.register_functions(prompts)
app.register_functions(dialogs)
app.register_functions(failures)
app.register_functions(api)
app.register_functions(auth)
app.register_functions(users)
app.register_functions(invitations)
app.register_functions(service_tokens)
app.register_functions(audit)
app.register_functions(customers)
app.register_functions(analytics)
app.register_functions(alert_endpoints)
