"""The local functions host: listeners around Microsoft's own Python runtime for Azure Functions.

    configuration  host.json, local settings, %NAME% in bindings
    messages       the message classes that the runtime takes as a parameter
    worker         index the app, invoke a function (all of it Microsoft's runtime)
    functions      what indexing found: HTTP routes, queues, schedules
    routes         match a path to a function
    http_listener  HTTP in, responses out
    queue_listener queue messages in: lease, retry, poison
    ncrontab       when a schedule is next due
    timer_listener schedules
    outputs        output bindings to queues
    supervisor     several processes of one role
    roles          what a process is for

``python -m infra.local.host --role http`` serves HTTP functions; ``--role queues`` queue and timer
functions. As on Flex Consumption they run in separate processes.
"""
