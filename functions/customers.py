"""Customers: who talks to the company's bots, and what is known of them."""

from functions._endpoints import Endpoints

customers = Endpoints("customers")

customers.get("list_customers", "customers", handler="customers.list", permission="customers:read")
customers.get("get_customer", "customers/{customer_id}", handler="customers.get", permission="customers:read")
# all that a person said and where they live: for those who may also erase it
customers.get(
    "export_customer", "customers/{customer_id}/export", handler="customers.export", permission="customers:erase"
)
customers.delete(
    "erase_customer", "customers/{customer_id}", handler="customers.erase", permission="customers:erase"
)
