"""The PostgreSQL of the tests is a real one, and each test's database is its own."""

import psycopg
import sqlalchemy


def test_a_real_server_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
    assert row is not None
    assert row[0] >= 140000


def test_a_fresh_database_is_empty_and_reachable_through_sqlalchemy(
    fresh_postgres_url: str,
) -> None:
    engine = sqlalchemy.create_engine(fresh_postgres_url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        assert sqlalchemy.inspect(engine).get_table_names() == []
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE 工单 (编号 text)"))
        assert sqlalchemy.inspect(engine).get_table_names() == ["工单"]
    finally:
        engine.dispose()
