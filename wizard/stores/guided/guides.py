"""The guides by type of store. The commands are those of the tools' own documentation.

Where a tool takes its URL from a file, bash gives it one (`<(printf ...)`): arguments stand in the process
list.
"""

from wizard.model.trouble import Trouble
from wizard.stores.guided.guide import Guide, GuideStep

_URLS = GuideStep(
    words="In a bash of your own, read both URLs; they stay in that shell. The target's is the one that"
    " its dashboard shows, with 127.0.0.1 and port {port} in place of its host and port.",
    command="read -rs SOURCE_URL; read -rs TARGET_URL; export SOURCE_URL TARGET_URL",
)

_MONGODB = Guide(
    type="mongodb",
    name="MongoDB",
    moves="data",
    summary="mongodump streams the data into mongorestore; the app must not write meanwhile.",
    tools="mongodump and mongorestore (MongoDB Database Tools), and mongosh.",
    steps=(
        _URLS,
        GuideStep(
            words="Copy everything, indexes included. --nsFrom and --nsTo give a database another name.",
            command=r"""mongodump --config=<(printf 'uri: %s\n' "$SOURCE_URL") --archive |"""
            r""" mongorestore --config=<(printf 'uri: %s\n' "$TARGET_URL") --archive --stopOnError""",
        ),
        GuideStep(
            words="Count the documents of each collection, on both sides.",
            command="mongosh --nodb --quiet --eval 'db = connect(process.env.TARGET_URL);"
            " db.getCollectionNames().sort().forEach(c => print(c, db[c].countDocuments({})))'",
        ),
        GuideStep(
            words="Compare the digests of all collections; they are equal where the versions are.",
            command="mongosh --nodb --quiet --eval 'db = connect(process.env.TARGET_URL);"
            " print(db.runCommand({dbHash: 1}).collections)'",
        ),
    ),
    confirm="Every collection has the same count of documents on both sides.",
)

_ELASTICSEARCH = Guide(
    type="elasticsearch",
    name="Elasticsearch",
    moves="data",
    summary="Most apps can index anew from their database, which is the cleanest. Else elasticdump copies"
    " index by index: settings, mappings, documents.",
    tools="Node.js, for elasticdump.",
    steps=(
        GuideStep(
            words="If the app can index anew, do that, with its new config: `rake searchkick:reindex:all` in"
            " Rails with Searchkick, `manage.py search_index --rebuild` in Django. That is all."
        ),
        _URLS,
        GuideStep(
            words="Else copy all indexes. Both URLs stand in your machine's process list meanwhile.",
            command="mkdir -p indexes && npx -p elasticdump multielasticdump --direction=dump"
            ' --input="$SOURCE_URL" --output=./indexes && npx -p elasticdump multielasticdump'
            ' --direction=load --input=./indexes --output="$TARGET_URL"',
        ),
    ),
    counted="the documents of each index on both sides",
    confirm="A search in the app finds what it should.",
)

_RABBITMQ = Guide(
    type="rabbitmq",
    name="RabbitMQ",
    moves="definitions",
    summary="Exchanges, queues, bindings and policies are exported and imported. Messages are not moved: the"
    " workers empty the old queues before the cut-over.",
    tools="curl.",
    steps=(
        _URLS,
        GuideStep(
            words="Carry the definitions over by the management API (its https:// URLs). Take the users out"
            " of definitions.json before you import it: the target has its own.",
            command=r"""curl -fsS -K <(printf 'url = "%s/api/definitions"\n' "$SOURCE_URL")"""
            " -o definitions.json && curl -fsS -X POST -H 'content-type: application/json'"
            r""" -d @definitions.json -K <(printf 'url = "%s/api/definitions"\n' "$TARGET_URL")""",
        ),
        GuideStep(words="Stop what publishes, and wait until each queue of the source is empty."),
    ),
    counted="the queues on both sides, and the messages that wait in the source's",
    confirm="No message waits in the source's queues that the app needs.",
)

_MEMCACHED = Guide(
    type="memcached",
    name="Memcached",
    moves="nothing",
    summary="A cache fills itself again. The target has no Memcached: use its Redis, or run Memcached as an"
    " app from its Docker image.",
    confirm="The app bears an empty cache, and its database the load meanwhile.",
)

_KAFKA = Guide(
    type="kafka",
    name="Apache Kafka",
    moves="no-target",
    summary="The target has no Kafka. Keep Heroku's until there is another, or use a hosted Kafka and mirror"
    " the topics with MirrorMaker 2.",
    tools="Kafka's own programs (connect-mirror-maker.sh).",
    steps=(
        GuideStep(
            words="Describe both clusters in mm2.properties: the source's bootstrap servers from KAFKA_URL,"
            " its client's certificate and key from KAFKA_CLIENT_CERT and KAFKA_CLIENT_CERT_KEY. On a"
            " multi-tenant plan every topic's name begins with KAFKA_PREFIX.",
            command="connect-mirror-maker.sh mm2.properties",
        ),
        GuideStep(words="Move the consumers first; once they have read to the end, the producers."),
    ),
    confirm="Every consumer group has read to the end of each topic, and goes on at the new cluster.",
)

_INFLUXDB = Guide(
    type="influxdb",
    name="InfluxDB",
    moves="data",
    summary="A backup of one side is restored on the other. Both must be of the same major version.",
    tools="influxd (version 1) or influx (version 2), of the servers' version.",
    steps=(
        GuideStep(
            words="Version 1: back up and restore over the RPC port (8088) where both vendors open it; else"
            " have the app send its points to both for as long as they are needed."
        ),
        GuideStep(
            words="Version 2: read the addresses and the tokens of both; they stay in that shell.",
            command="read -r SOURCE_URL; read -rs SOURCE_TOKEN; read -r TARGET_URL; read -rs TARGET_TOKEN",
        ),
        GuideStep(
            words="Back up and restore all buckets.",
            command='INFLUX_TOKEN="$SOURCE_TOKEN" influx backup ./backup --host "$SOURCE_URL" &&'
            ' INFLUX_TOKEN="$TARGET_TOKEN" influx restore ./backup --host "$TARGET_URL"',
        ),
    ),
    confirm="The newest and the oldest point of each measurement are the same on both sides.",
)

_COUCHDB = Guide(
    type="couchdb",
    name="CouchDB",
    moves="data",
    summary="CouchDB replicates itself: the target pulls each database, and may do so again at the cut-over.",
    tools="curl and jq.",
    steps=(
        _URLS,
        GuideStep(
            words="Have the target pull each database from the source; it makes those that it lacks.",
            command=r"""for db in $(curl -fsS -K <(printf 'url = "%s/_all_dbs"\n' "$SOURCE_URL") |"""
            r""" jq -r '.[] | select(startswith("_") | not)'); do db=$db jq -n '{create_target: true,"""
            r""" source: (env.SOURCE_URL + "/" + env.db), target: (env.TARGET_URL + "/" + env.db)}' |"""
            " curl -fsS -X POST -H 'content-type: application/json' -d @-"
            r""" -K <(printf 'url = "%s/_replicate"\n' "$TARGET_URL"); done""",
        ),
        GuideStep(
            words="The server that pulls must reach both URLs: where 127.0.0.1 is not itself to it, name the"
            " target by its own address as its dashboard shows it."
        ),
    ),
    counted="the documents of each database on both sides",
    confirm="Users and rights (_users, _security) were set on the target.",
)

GUIDES: dict[str, Guide] = {
    guide.type: guide
    for guide in (_MONGODB, _ELASTICSEARCH, _RABBITMQ, _MEMCACHED, _KAFKA, _INFLUXDB, _COUCHDB)
}


def guide_of(type_: str) -> Guide:
    """The guide for a type of store.

    Raises:
        Trouble: there is none.
    """
    guide = GUIDES.get(type_)
    if guide is None:
        raise Trouble(
            f"There is no way known to move a store of the type {type_}.",
            remedy="Move it by its own tools, and say so on the map.",
            code="store-unknown",
        )
    return guide
