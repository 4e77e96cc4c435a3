"""The centre through its own port: a real uvicorn, a real ledger, real WebSocket and HTTP clients."""
