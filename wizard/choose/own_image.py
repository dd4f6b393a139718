"""Services that a target has no counterpart of, run there in a Docker capsule of their own from their makers'
image (Docker Hub and docker.elastic.co, 2026)."""

from wizard.choose.stores import type_name

IMAGES = {
    "rabbitmq": "rabbitmq:4.1-management",
    "memcached": "memcached:1.6",
    "kafka": "apache/kafka:4.0.0",
    "elasticsearch": "docker.elastic.co/elasticsearch/elasticsearch:8.18.0",
    "influxdb": "influxdb:2.7",
    "couchdb": "couchdb:3.4",
}
"""By type of store. Their data is kept where a store of files is mounted, and lost else."""

BY_HTTP = frozenset({"elasticsearch", "influxdb", "couchdb"})
"""Those that speak HTTP; the others have a protocol of their own."""

_DATA = {
    "rabbitmq": "messages are not moved: let the workers empty the old queues before the cut-over",
    "memcached": "it begins empty and fills itself again",
    "kafka": "topics are mirrored with MirrorMaker 2, or begin empty",
    "elasticsearch": "give it 2 GB and discovery.type=single-node, and let the app index anew",
    "influxdb": "move its data with its own backup and restore",
    "couchdb": "replicate its databases from the old one",
}


def own_image(type_: str) -> str:
    """The image that a service of this type runs from, "" where none is known."""
    return IMAGES.get(type_, "")


def how_by_image(type_: str) -> str:
    """What a person does to have it there, in half a sentence: for the reason of a choice."""
    # Requests from outside get to a capsule by https alone (the vendor's page on Docker capsules).
    try_first = "" if type_ in BY_HTTP else "; try first whether other capsules reach its port"
    return (
        f"a Docker capsule of its own: a linked repository with a Dockerfile `FROM {IMAGES[type_]}`, and a "
        f"store of files where its data is to last; {_DATA[type_]}; then set its address in the config vars"
        f"{try_first}"
    )


def by_image_words(type_: str) -> str:
    """That in a few words, for a list to choose from."""
    return f"I run {type_name(type_)} in a Docker capsule (FROM {IMAGES[type_]})"
