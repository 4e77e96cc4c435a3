"""The dispatcher's console: queue, case panel, whistle panel, command bar, outbox."""
