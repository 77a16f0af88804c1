"""Values for generated rows: SQL expressions over `g`, the row's number from 1, by the type's name."""

from psycopg import sql

BY_TYPE: dict[str, str] = {
    "int2": "(1 + g % 32000)::int2",
    "int4": "(1 + g % 2000000000)::int4",
    "int8": "g",
    "float4": "g::float4 + 0.5",
    "float8": "g::float8 + 0.5",
    "money": "(g % 10000)::numeric::money",
    "bool": "(g % 2 = 0)",
    "date": "(date '2020-01-01' + (g % 3650)::int)",
    "time": "(time '00:00' + (g % 86400) * interval '1 second')",
    "timetz": "(time '00:00' + (g % 86400) * interval '1 second')::timetz",
    "timestamp": "(timestamp '2020-01-01 00:00' + g * interval '1 minute')",
    "timestamptz": "(timestamptz '2020-01-01 00:00+00' + g * interval '1 minute')",
    "interval": "(g * interval '1 minute')",
    "uuid": "md5(g::text)::uuid",
    "json": "jsonb_build_object('n', g)::json",
    "jsonb": "jsonb_build_object('n', g)",
    "bytea": "decode(md5(g::text), 'hex')",
    "inet": "(inet '10.0.0.0' + g)",
    "cidr": "(inet '10.0.0.0' + g)::cidr",
    "macaddr": "('02' || right(md5(g::text), 10))::macaddr",
    "oid": "g::oid",
    "xml": "('<n>' || g || '</n>')::xml",
    "point": "point(g, g)",
    "tsvector": "to_tsvector('simple', g::text)",
    "int4range": "int4range(g::int4, g::int4 + 1)",
    "int8range": "int8range(g, g + 1)",
    "numrange": "numrange(g, g + 1)",
    "daterange": "daterange(date '2020-01-01' + g::int, date '2020-01-02' + g::int)",
    "tsrange": "tsrange(timestamp '2020-01-01' + g * interval '1 hour', timestamp '2020-01-01' + (g + 1) * interval '1 hour')",
    "tstzrange": "tstzrange(timestamptz '2020-01-01 00:00+00' + g * interval '1 hour',"
    " timestamptz '2020-01-01 00:00+00' + (g + 1) * interval '1 hour')",
}
"""Distinct for distinct g as far as the type goes, and positive: what a CHECK most likely asks for."""


def natural(
    type_name: str, type_text: str, length: int | None, scale: int | None, labels: list[str] | None
) -> sql.Composable | None:
    """An expression for a type; None where we have none.

    `type_text` is the type as SQL writes it; `length` a character type's limit, a numeric's precision or a bit string's
    size; `scale` a numeric's; `labels` an enum's.
    """
    if labels:
        array = sql.SQL(", ").join(map(sql.Literal, labels))
        size = sql.Literal(len(labels))
        return sql.SQL("(ARRAY[{}])[1 + (g - 1) % {}]::{}").format(array, size, sql.SQL(type_text))
    if type_name in {"text", "varchar", "bpchar", "name", "citext"}:
        # The end of the text tells the rows apart, so that the end is what a short column keeps.
        return sql.SQL("right({} || g, {})::{}").format(sql.Literal("n"), sql.Literal(length or 60), sql.SQL(type_text))
    if type_name == "numeric":
        digits = min((length or 18) - (scale or 0), 15)
        return sql.SQL("(1 + g % {})::numeric").format(sql.Literal(max(10**digits - 1, 1)))
    if type_name in {"bit", "varbit"}:
        return sql.SQL("(g % 2)::int::bit({})").format(sql.Literal(length or 1))
    return sql.SQL(BY_TYPE[type_name]) if type_name in BY_TYPE else None
