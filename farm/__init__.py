"""What all processes of the farm share: settings, errors, clock, messages, state, transport, telemetry."""
