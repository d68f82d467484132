"""The function app: every capability registers its functions here, and nothing else happens on import."""

import azure.functions as func

from functions.cities import cities
from functions.deliveries import deliveries
from functions.health import health
from functions.orders import orders
from functions.turns import turns
from functions.webhooks import webhooks

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

app.register_functions(webhooks)
app.register_functions(turns)
app.register_functions(deliveries)
app.register_functions(orders)
app.register_functions(health)
app.register_functions(cities)
