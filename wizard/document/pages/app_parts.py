"""The sections of an app's page: what it runs, what it is attached to, what is set, where it is reached."""

from wizard.document.answers import when
from wizard.document.index import Index
from wizard.document.pages.page import Fact, Section, at, joined
from wizard.document.pages.stores import price_words, store_words
from wizard.document.summary import dollars
from wizard.model.network import Certificate, Domain, TelemetryDrain
from wizard.model.system import AddOn, App, Attachment, ConfigVar, Job, Process

ORIGINS = {
    "add-on": "set by the add-on",
    "platform": "Heroku's own",
    "app-json": "from app.json",
    "person": "set by a person",
}


def processes_of(index: Index, app: App) -> Section:
    """What an app runs."""
    return Section(
        title="processes",
        facts=tuple(process_fact(app, process) for process in app.processes),
        untold=index.why_untold(app, "process types", "autoscaling"),
        none="nothing runs here: never deployed?",
    )


def process_fact(app: App, process: Process) -> Fact:
    """One process type: how many of which size, what that costs, what it runs."""
    zero = process.quantity == 0 and process.type != "release"
    scale = process.autoscale
    price = process.monthly_cents
    text = joined(
        (
            "on every release" if process.type == "release" else f"{process.quantity} × {process.size}",
            f"{process.memory_mb:,} MB" if process.memory_mb else "",
            f"CPU share {process.compute}" if process.compute else "",
            "dedicated" if process.dedicated else "",
            "" if not process.quantity else "price unknown" if price is None else _per_month(price, process),
            "scaled to zero" if zero else "",
        )
    )
    added = f"added by the buildpack {process.added_by}" if process.added_by else ""
    by_itself = ""
    if scale is not None:
        how = f"Heroku scales it from {scale.least} to {scale.most}"
        if scale.p95_ms:
            how += f", to keep 95 % of answers below {scale.p95_ms} ms"
        by_itself = how if scale.active else how + " (switched off)"
    return Fact(
        name=process.type,
        text=text,
        detail=joined((process.command or "(no command told)", added, by_itself)),
        mark="look" if zero and not added else "",
        key=f"process:{app.id}:{process.type}",
        copy=process.command,
    )


def _per_month(cents: int, process: Process) -> str:
    return f"{dollars(cents * process.quantity)}/mo"


def jobs_of(index: Index, app: App) -> Section:
    """What Heroku Scheduler runs."""
    if app.jobs is None:
        why = next((gap.why for gap in index.gaps_of.get(app.id, ()) if gap.kind == "jobs"), "")
        how = "Press j and copy them from the dashboard."
        return Section(title="scheduler jobs", untold=joined((why or "No API tells them.", how), by=" "))
    return Section(title="scheduler jobs", facts=tuple(_job(app, job) for job in app.jobs))


def _job(app: App, job: Job) -> Fact:
    return Fact(
        name=when(job),
        text=joined((job.dyno_size, "typed in by a person" if job.told_by == "person" else "")),
        detail=job.command,
        key=f"job:{app.id}:{job.id}",
        copy=job.command,
    )


def add_ons_of(index: Index, app: App) -> Section:
    """The add-ons that an app owns or sees."""
    facts = [_add_on(index, app, add_on, seen) for add_on, seen in index.add_ons_of(app)]
    known = {add_on.id for add_on, _ in index.add_ons_of(app)}
    facts += [
        Fact(
            name=one.name,
            text="of an app that this account cannot read",
            detail=joined((one.namespace, ", ".join(one.config_vars))),
            mark="look",
            key=f"attachment:{app.id}:{one.id}",
        )
        for one in app.attachments
        if one.add_on_id not in known
    ]
    return Section(
        title="add-ons",
        facts=tuple(facts),
        untold=index.why_untold(app, "add-ons", "attachments"),
    )


def _add_on(index: Index, app: App, add_on: AddOn, seen: list[Attachment]) -> Fact:
    own = add_on.app_id == app.id
    owner = index.app_name(add_on.app_id, add_on.app_name or "an app that this account cannot read")
    names = [_attachment_words(one) for one in seen] or list(add_on.config_vars)
    return Fact(
        name=add_on.name,
        text=joined(
            (
                add_on.plan,
                price_words(add_on) if own else "",
                "owner" if own else f"of {owner}",
                "" if add_on.state in ("", "provisioned") else add_on.state,
            )
        ),
        detail=joined((store_words(add_on), *names)),
        mark="look" if add_on.state not in ("", "provisioned") else "",
        key=f"add-on:{add_on.id}",
    )


def _attachment_words(one: Attachment) -> str:
    how = f" by {one.namespace}" if one.namespace else ""
    return f"{one.name}{how}" + (f": {', '.join(one.config_vars)}" if one.config_vars else "")


def config_of(index: Index, app: App) -> Section:
    """Its config vars, by name."""
    return Section(
        title="config vars",
        facts=tuple(config_fact(index, app, var) for var in app.config),
        untold=index.why_untold(app, "config vars"),
        none="none",
    )


def config_fact(index: Index, app: App, var: ConfigVar) -> Fact:
    """One config var: where it comes from and what it says; never its value."""
    return Fact(
        name=var.name,
        text=joined(
            (
                joined((ORIGINS[var.origin.kind], index.add_on_name(var.origin.add_on_id)), by=" "),
                "secret" if var.secret else "no secret",
                "empty" if var.empty else "",
            )
        ),
        detail=joined((var.secret_because, *_config_words(index, var))),
        mark="look" if var.empty or var.bare_hosts or var.gone_hosts else "",
        key=f"config-var:{app.id}:{var.name}",
    )


def _config_words(index: Index, var: ConfigVar) -> list[str]:
    words = []
    if var.copied_from:
        how = "holds a copy of the URL of" if var.copied_as == "url" else "names the server of"
        words.append(f"{how} {index.add_on_name(var.copied_from) or 'an add-on'}")
    if var.refers_to_apps:
        words.append("names " + ", ".join(index.app_name(id_) for id_ in var.refers_to_apps))
    if var.bare_hosts:
        names = ", ".join(index.app_name(id_) for id_ in var.bare_hosts)
        words.append(f"without https:// before {names}")
    for ids, how in ((var.domains_of, "names a domain of"), (var.names_apps, "has the Heroku name of")):
        if ids:
            words.append(f"{how} {', '.join(index.app_name(id_) for id_ in ids)}")
    if var.gone_hosts:
        words.append(f"names {', '.join(var.gone_hosts)}, which is no app here")
    if var.outside:
        words.append(f"reaches {', '.join(var.outside)}")
    if var.origins:
        words.append("a list of web origins (CORS)")
    return words


def domains_of(index: Index, app: App) -> Section:
    """Its host names."""
    return Section(
        title="domains",
        facts=tuple(domain_fact(app, domain) for domain in app.domains),
        untold=index.why_untold(app, "domains"),
    )


def domain_fact(app: App, domain: Domain) -> Fact:
    """One host name: where DNS points, and how its certificate stands."""
    if domain.kind == "heroku":
        return Fact(
            name=domain.hostname,
            text="Heroku's own name",
            key=f"domain:{app.id}:{domain.hostname}",
            copy=domain.hostname,
        )
    status = domain.acm_status or ""
    good = status in ("", "cert issued", "ok", "verified")
    return Fact(
        name=domain.hostname,
        text=f"→ {domain.cname}" if domain.cname else "no DNS target told",
        detail=joined(
            (
                f"ACM {status}" if status else "",
                domain.acm_reason,
                f"certificate {domain.certificate}" if domain.certificate else "",
                "" if domain.status in ("", "succeeded", "none") else domain.status,
            )
        ),
        mark="" if good and not domain.acm_reason else "look",
        key=f"domain:{app.id}:{domain.hostname}",
        copy=domain.cname or domain.hostname,
    )


def certificates_of(index: Index, app: App) -> Section:
    """Its certificates."""
    return Section(
        title="certificates",
        facts=tuple(_certificate(app, one) for one in app.certificates),
        untold=index.why_untold(app, "certificates", "SNI endpoints"),
    )


def _certificate(app: App, one: Certificate) -> Fact:
    made = "made and renewed by Heroku (ACM)" if one.managed else "uploaded: Heroku never gives its key back"
    return Fact(
        name=one.name,
        text=joined((made, "self-signed" if one.self_signed else "", f"until {at(one.expires_at)[:10]}"))
        if one.expires_at
        else made,
        detail=joined(
            (
                f"from {one.issuer}" if one.issuer else "",
                "good for " + ", ".join(one.names) if one.names else "",
                "served for " + ", ".join(one.domains) if one.domains else "",
            )
        ),
        mark="" if one.managed else "look",
        key=f"certificate:{app.id}:{one.id}",
    )


def streams_of(index: Index, app: App) -> tuple[Section, ...]:
    """Where its logs, measurements and events go."""
    drains = tuple(
        Fact(
            name=one.address,
            text=f"made by {index.add_on_name(one.add_on_id) or 'an add-on'}" if one.add_on_id else "",
            key=f"drain:{app.id}:{one.id}",
        )
        for one in app.drains
    )
    telemetry = tuple(telemetry_fact(app.id, one) for one in app.telemetry)
    webhooks = tuple(
        Fact(
            name=one.address,
            text=joined((", ".join(one.include), one.level)),
            key=f"webhook:{app.id}:{one.id}",
        )
        for one in app.webhooks
    )
    return (
        Section(
            title="log drains",
            facts=drains,
            untold=index.why_untold(app, "log drains"),
        ),
        Section(
            title="telemetry drains",
            facts=telemetry,
            untold=index.why_untold(app, "telemetry drains"),
        ),
        Section(title="webhooks", facts=webhooks, untold=index.why_untold(app, "webhooks")),
    )


def telemetry_fact(holder_id: str, one: TelemetryDrain) -> Fact:
    """Where measurements of an app or of a space go."""
    return Fact(
        name=one.address,
        text=joined((", ".join(one.signals), one.transport, f"of the {one.owner}")),
        key=f"telemetry-drain:{holder_id}:{one.id}",
    )


def features_of(index: Index, app: App) -> Section:
    """The features that are on."""
    return Section(
        title="features",
        facts=tuple(Fact(name=name, key=f"feature:{app.id}:{name}") for name in app.features),
        untold=index.why_untold(app, "features"),
    )


def people_of(index: Index, app: App) -> Section:
    """Who has rights in it."""
    return Section(
        title="people",
        facts=tuple(
            Fact(
                name=one.email,
                text=joined((one.role, ", ".join(one.permissions))),
                key=f"collaborator:{app.id}:{one.email}",
                copy=one.email,
            )
            for one in app.collaborators
        ),
        untold=index.why_untold(app, "collaborators"),
    )
