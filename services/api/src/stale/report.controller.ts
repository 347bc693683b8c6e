import { createHash } from 'node:crypto';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember } from '../access/needs.guard.ts';
import { BurgeeError } from '../errors.ts';
import { Postgres } from '../postgres.ts';
import { type Report, type ReportBody, report, reportCsv, reportJson } from './report.ts';
import { pageStyle, reportPage } from './report-page.ts';
import { readReport } from './stale.sql.ts';

/** `GET /reports/:id`: a filed report as a page to print, as JSON or as CSV; `Accept` or `?as=` chooses. */
@Controller()
export class ReportController {
  readonly #postgres: Postgres;

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  @Get('reports/:id')
  @Credential('member')
  async report(
    @CurrentMember() member: MemberCredential,
    @Param('id') id: string,
    @Query('as') as: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filed = await readReport(this.#postgres.db, member, id);
    if (filed === undefined) throw new BurgeeError('NOT_FOUND', 'no such report');
    const { type, write } = forms[formOf(as, request.headers.accept)];
    reply
      .header('content-type', type)
      .header('content-security-policy', contentSecurityPolicy)
      .header('cache-control', 'private, no-cache')
      .header('vary', 'accept')
      .send(write(report(filed.body as ReportBody)));
  }
}

type Form = 'html' | 'json' | 'csv';

const forms: Readonly<Record<Form, { readonly type: string; readonly write: (made: Report) => string }>> = {
  html: { type: 'text/html; charset=utf-8', write: reportPage },
  json: { type: 'application/json; charset=utf-8', write: reportJson },
  csv: { type: 'text/csv; charset=utf-8', write: reportCsv },
};

const styleHash = createHash('sha256').update(pageStyle).digest('base64');
const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function formOf(as: string | undefined, accept = ''): Form {
  if (as === 'html' || as === 'json' || as === 'csv') return as;
  if (as !== undefined) throw new BurgeeError('BAD_INPUT', '`as` must be html, json or csv');
  if (accept.includes('text/html')) return 'html';
  if (accept.includes('text/csv')) return 'csv';
  return accept.includes('application/json') ? 'json' : 'html';
}
