"""PostgresDatabase: where a database is and who may do what with it."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Line, Metadata, Model, ObjectName

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
HostName = Annotated[str, Field(min_length=1, max_length=253, pattern="^[^,]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
RoleName = Annotated[str, Field(min_length=1, max_length=63)]


class Standby(Model):
    """A further server that may become the primary."""

    host: HostName
    """The server itself."""
    port: Port = 5432
    """Its port."""


class Connection(Model):
    """How the server is reached; user and password are in a Secret, never here."""

    host: HostName
    """The server itself (not a pooler in transaction mode)."""
    port: Port = 5432
    """Its port."""
    standbys: Annotated[tuple[Standby, ...], Field(max_length=10)] = ()
    """Standbys of it, where no address of their own leads to whichever is the primary: all are asked, and the one that takes
    writes is worked on."""
    database: Annotated[str, Field(min_length=1, max_length=63)]
    """The database's name."""
    ssl_mode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    """libpq's sslmode."""
    secret_name: ObjectName
    """The Secret in this namespace."""
    username_key: Annotated[str, Field(min_length=1, max_length=253)] = "username"
    """The key with the user."""
    password_key: Annotated[str, Field(min_length=1, max_length=253)] = "password"
    """The key with the password."""
    planning_secret_name: ObjectName | None = None
    """Another Secret with the same keys: a login that only reads, for the plan and the test. It need not be able to become
    the migration role."""

    @property
    def hosts(self) -> str:
        """All hosts, as libpq takes them."""
        return ",".join((self.host, *(standby.host for standby in self.standbys)))

    @property
    def ports(self) -> str:
        """Their ports, in the same order."""
        return ",".join(str(port) for port in (self.port, *(standby.port for standby in self.standbys)))

    def for_planning(self) -> "Connection":
        """The connection of what only reads the target."""
        return self.model_copy(update={"secret_name": self.planning_secret_name or self.secret_name})


class Roles(Model):
    """Roles in the database."""

    migration: RoleName
    """The role that migrations run as (SET ROLE): the owner of the application's objects, not a superuser, not the login."""


class Owner(Model):
    """One data owner: a user or a group, as the API server knows them; exactly one is given."""

    user: Line | None = None
    """A user's name."""
    group: Line | None = None
    """A group's name."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {"rule": "has(self.user) != has(self.group)", "message": "give exactly one of user, group"}
            ]
        }
    }


class Rehearsal(Model):
    """The throw-away server that changes are rehearsed in."""

    image: Annotated[str, Field(min_length=1, max_length=512)]
    """A container image with the PostgreSQL server of the target's major version and its extensions."""
    memory: Annotated[str, Field(max_length=20)] = "512Mi"
    """Memory limit of the throw-away server."""


class BackupPlace(Model):
    """Where backups go."""

    claim_name: ObjectName
    """A PersistentVolumeClaim in this namespace."""


class Window(Model):
    """A maintenance window."""

    name: ObjectName
    """Its name."""
    days: Annotated[tuple[Day, ...], Field(max_length=7)] = ()
    """Days on which it opens; every day where empty."""
    opens: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    """The time of day it opens, HH:MM."""
    minutes: Annotated[int, Field(ge=1, le=10_080)]
    """How long it stays open."""
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    """The time zone, for example Europe/Berlin."""


class PolicyReference(Model):
    """A SchemaPolicy in the database's namespace."""

    name: ObjectName
    """Its name."""


class PostgresDatabaseSpec(Model):
    """What the platform team says of a database."""

    environment: Annotated[str, Field(min_length=1, max_length=63)]
    """What it is for, for example production."""
    connection: Connection
    """How it is reached."""
    roles: Roles
    """Roles to use."""
    search_path: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=63)], ...], Field(max_length=16)] = (
        "public",
    )
    """The search_path that migrations run with."""
    owners: Annotated[tuple[Owner, ...], Field(max_length=50)] = ()
    """Who owns the data and may approve."""
    rehearsal: Rehearsal
    """The throw-away server."""
    disk_mebibytes: Annotated[int, Field(ge=1, le=1_073_741_824)] | None = None
    """How large the volume is that the server's data and write-ahead log lie on. SQL cannot ask for it; where it is given, a step
    that writes a table anew waits until that fits beside what is there."""
    backup: BackupPlace | None = None
    """Where backups go; without it nothing that destroys data is applied."""
    windows: Annotated[
        tuple[Window, ...],
        Field(
            max_length=20,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = ()
    """Maintenance windows that changes can name."""
    policy: PolicyReference | None = None
    """The data design standards; defaults where not given."""
    allowed_namespaces: Annotated[tuple[ObjectName, ...], Field(max_length=100)] = ()
    """Other namespaces whose changes may use this database."""


class PostgresDatabase(Model):
    """Where a database is, its environment, owners, roles, throw-away server, backup place, windows, policy."""

    metadata: Metadata
    spec: PostgresDatabaseSpec
