"""What a worker owns: settings, connections, crypto and telemetry, built once per process and lazily."""
