"""What the company of company.py writes down: its retention policy, asset map and controls."""

POLICY = '''format: retention-policy/1
policy:
  id: company-retention
  version: "2026.1"
  effective: "2026-01-01"
  approved_by: "General Counsel"
  next_review: "2027-01-01"
  fiscal_year_end: "12-31"
defaults:
  due_soon: P30D
  grace: P0D
  min_trust: T3
  unclassified: report
migration_epochs:
  - {date: "2023-05-13", paths: ["**"], note: "filer replaced; times not preserved"}
classes:
  - {id: hr.payroll, title: "Payroll", match: {path: ["**/hr/payroll/**"]}}
  - {id: hr.candidate, title: "Applicants", match: {path: ["**/hr/recruiting/**"]}}
  - {id: fin.settlement, title: "Card settlements", match: {path: ["**/finance/settlements/**"]}}
  - {id: legal.matter, title: "Matters", match: {path: ["**/legal/matter-*/**"]}}
  - {id: support.ticket, title: "Tickets", match: {path: ["**/support/tickets/**"]}}
  - {id: support.attachment, title: "Attachments", match: {path: ["**/support/attachments/**"]}}
  - {id: log.app, title: "Application logs", match: {path: ["**/engineering/logs/**"]}}
  - {id: backup.set, title: "Backup sets", match: {path: ["**/backups/**"]}}
  - {id: temp.export, title: "Exports", match: {path: ["**/exports/**"]}}
rules:
  - id: R-PAYROLL
    class: hr.payroll
    clock: {event: period_end, evidence: [path.date, fs.mtime]}
    keep_at_least: P3Y
    keep_at_most: P7Y
    action: delete
    severity: medium
    basis: "Wage records"
    owner: payroll@company.example
  - id: R-CAND
    class: hr.candidate
    clock: {event: last_contact, evidence: [doc.modified, fs.mtime]}
    keep_at_least: P6M
    keep_at_most: P2Y
    action: delete
    severity: medium
    basis: "Limitation of claims of applicants"
    owner: recruiting@company.example
  - id: R-CARD
    class: fin.settlement
    clock: {event: period_end, evidence: [path.date, fs.mtime]}
    keep_at_most: P13M
    action: anonymise
    severity: high
    basis: "Charge-back window"
    owner: treasury@company.example
  - id: R-MATTER
    class: legal.matter
    clock: {event: modified, evidence: [fs.mtime]}
    keep_at_most: P6Y
    action: review
    severity: low
    basis: "Limitation"
    owner: legal@company.example
  - id: R-TICKET
    class: support.ticket
    clock: {event: last_contact, evidence: [row.closed, row.updated, fs.mtime]}
    keep_at_most: P3Y
    action: delete
    severity: medium
    basis: "Business need"
    owner: support@company.example
  - id: R-ATTACH
    class: support.attachment
    clock: {event: modified, evidence: [fs.mtime]}
    keep_at_most: P5Y
    action: delete
    severity: low
    basis: "Business need"
    owner: support@company.example
  - id: R-LOG
    class: log.app
    clock: {event: created, evidence: [log.last, path.date, fs.mtime]}
    keep_at_most: P13M
    action: delete
    severity: low
    basis: "Operations need"
    owner: engineering@company.example
  - id: R-BACKUP
    class: backup.set
    tiers: [backup]
    clock: {event: created, evidence: [dump.made, path.date, fs.mtime]}
    keep_at_most: P90D
    action: delete
    severity: medium
    basis: "What people whose data is erased are told"
    owner: operations@company.example
  - id: R-TEMP
    class: temp.export
    clock: {event: created, evidence: [path.date, fs.mtime]}
    keep_at_most: P30D
    action: delete
    severity: medium
    basis: "Exports are for one use"
    owner: support@company.example
holds:
  - id: HOLD-2026-004
    matter: "Example v. Company"
    from: "2026-02-01"
    owner: legal@company.example
    scope: {paths: ["**/legal/matter-0042/**"]}
exceptions:
  - id: EX-12
    rules: [R-LOG]
    scope: {paths: ["**/engineering/logs/fraud/**"]}
    keep_at_most: P3Y
    reason: "Analysis of fraud"
    approved_by: "CISO"
    approved_on: "2026-03-02"
    expires: "2026-12-31"
'''

ASSETS = '''format: asset-map/1
org: {name: "Company", namespace: "https://company.example/assets"}
assets:
  - id: hr-share
    name: "HR share"
    paths: ["**/hr/**"]
    system: "fileserver"
    environment: prod
    business_owner: "Head of HR"
    technical_owner: "Storage team"
    role: controller
    purposes: ["employment administration"]
    subjects: [employee, job_applicant]
    declared_types: [person.name, person.dob, gov.national_id, gov.tax_id, fin.iban, fin.salary, contact.email, contact.phone, candidate.cv]
    declared_tier: restricted
    max_exposure: group
    recipients: ["payroll provider"]
  - id: finance-share
    name: "Finance share"
    paths: ["**/finance/**"]
    system: "fileserver"
    environment: prod
    business_owner: "CFO"
    role: controller
    purposes: ["accounting"]
    subjects: [customer, vendor]
    declared_types: [person.name, fin.iban, contact.email, contact.address]
    declared_tier: restricted
    max_exposure: group
  - id: backups
    name: "Nightly backups"
    paths: ["**/backups/**"]
    system: "fileserver"
    environment: backup
    business_owner: "Operations"
    declared_types: [person.name, person.dob, gov.national_id, fin.iban, contact.email]
    max_exposure: owner
  - id: crm
    name: "CRM, a service elsewhere"
    paths: ["/srv/crm/**"]
    system: "crm"
    environment: prod
    business_owner: "Head of Sales"
'''

CONTROLS = '''format: controls/1
id: company-controls
version: "2026.1"
title: "Controls over confidential data"
controls:
  - id: DC-01
    title: "Inventory of confidential data"
    wording: "Operations keeps an inventory of where confidential data is stored, with owner and tier."
    frequency: monthly
    owner: "Operations"
    criteria: {soc2-tsc: [C1.1, CC6.1]}
  - id: DC-02
    title: "Disposal at the end of retention"
    wording: "Data past its retention period is deleted within 30 days, unless it is on hold."
    frequency: monthly
    owner: "General Counsel"
    criteria: {soc2-tsc: [C1.2, P4.2, P4.3]}
  - id: DC-03
    title: "Access to restricted data"
    wording: "Restricted data on file shares is readable by the department that needs it, and nobody else."
    frequency: quarterly
    owner: "CISO"
    criteria: {soc2-tsc: [CC6.1, CC6.3]}
'''
