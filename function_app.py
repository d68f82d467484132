"""The function app: the functions of every capability, and nothing else happens on import."""

import azure.functions as func

from functions.blueprints import BLUEPRINTS

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

for blueprint in BLUEPRINTS:
    app.register_functions(blueprint)
