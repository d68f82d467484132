"""What the assistant writes: what the model cost, and who waits for a person.

Revision ID: 0003_assistant
Revises: 0002_catalog
"""

from __future__ import annotations

from alembic import op

revision = "0003_assistant"
down_revision = "0002_catalog"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table model_usage (
        company_id uuid not null,
        day date not null,
        model text not null,
        slot smallint not null default 0,
        calls bigint not null default 0,
        prompt_tokens bigint not null default 0,
        completion_tokens bigint not null default 0,
        cost_micros bigint not null default 0,
        constraint pk_model_usage primary key (company_id, day, model, slot),
        constraint fk_model_usage_company_id foreign key (company_id) references companies (id) on delete cascade,
        constraint ck_model_usage_not_negative check (
            calls >= 0 and prompt_tokens >= 0 and completion_tokens >= 0 and cost_micros >= 0
        )
    )
    """,
    "comment on column model_usage.day is 'in the time zone of the city whose bot spent it'",
    "comment on column model_usage.slot is 'a sum lies in several rows, so that turns need not wait for one'",
    "comment on column model_usage.cost_micros is 'millionths of a US dollar'",
    """
    create table escalations (
        company_id uuid not null,
        id uuid not null,
        dialog_id bigint not null,
        reason text not null,
        summary text not null default '',
        status text not null default 'open',
        opened_at timestamptz not null default now(),
        expires_at timestamptz not null,
        resolved_at timestamptz,
        resolved_by text,
        constraint pk_escalations primary key (company_id, id),
        constraint fk_escalations_company_id foreign key (company_id) references companies (id) on delete cascade,
        constraint fk_escalations_dialog foreign key (company_id, dialog_id)
            references dialogs (company_id, id) on delete cascade,
        constraint ck_escalations_reason check (reason in ('asked', 'angry', 'repeated_failure', 'order_problem')),
        constraint ck_escalations_status check (status in ('open', 'resolved', 'expired')),
        constraint ck_escalations_ended check ((status = 'open') = (resolved_at is null))
    )
    """,
    # one open escalation per dialog, whatever two workers do at once
    "create unique index uq_escalations_open on escalations (company_id, dialog_id) where status = 'open'",
    "create index ix_escalations_due on escalations (expires_at) where status = 'open'",
    "create index ix_escalations_listed on escalations (company_id, opened_at) where status = 'open'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("model_usage", "escalations"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy company_only on {table}"
            " using (company_id = nullif(current_setting('app.company_id', true), '')::uuid)"
            " with check (company_id = nullif(current_setting('app.company_id', true), '')::uuid)"
        )
        op.execute(f"grant select, insert, update on {table} to zeta_app")
    # the sweep looks for what is due over all companies, and sees nothing of what was said
    op.execute("create policy due_everywhere on escalations for select to zeta_system using (true)")
    op.execute("grant select (company_id, id, dialog_id, status, expires_at) on escalations to zeta_system")


def downgrade() -> None:
    op.execute("drop table escalations")
    op.execute("drop table model_usage")
