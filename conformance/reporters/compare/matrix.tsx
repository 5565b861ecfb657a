// The tables of a comparison. In: named reports. Out: what each target can do, and a row for each statement.
import type { VNode } from 'preact';
import { type Column, matrixOf, type Row } from '../../comparison/matrix.ts';
import type { StatementVerdict } from '../../verdict/verdict.ts';
import { classOf, shown, signs } from '../html/text.ts';
import { Wide } from './wide.tsx';

export function Capabilities({ columns }: { columns: readonly Column[] }): VNode {
  const names = [
    ...new Set(columns.flatMap(({ report }) => report?.target?.capabilities.map(({ name }) => name) ?? [])),
  ];
  return (
    <section aria-labelledby="capabilities">
      <h2 id="capabilities">Capabilities, found by probing</h2>
      <Wide labelledBy="capabilities">
        <table>
          <thead>
            <tr>
              <td />
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {shown(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{shown(name)}</th>
                {columns.map((column) => (
                  <td key={column.name}>{capability(column, name)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function capability({ report }: Column, sought: string): string {
  const found = report?.target?.capabilities.find(({ name }) => name === sought);
  if (found === undefined) return '';
  return shown(typeof found.value === 'boolean' ? (found.value ? 'yes' : 'no') : String(found.value));
}

export function Matrix({ columns, linkOf }: { columns: readonly Column[]; linkOf: (column: Column) => string }): VNode {
  const rows = matrixOf(columns);
  return (
    <section aria-labelledby="matrix">
      <h2 id="matrix">All statements</h2>
      <p>
        <label>
          <input type="checkbox" id="only" /> only differences ({rows.filter(({ differs }) => differs).length} of{' '}
          {rows.length})
        </label>
      </p>
      <Legend />
      <Wide labelledBy="matrix">
        <table>
          <thead>
            <tr>
              <th scope="col">statement</th>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  <span class="b">{shown(name)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <MatrixRow key={row.statement.id} row={row} columns={columns} linkOf={linkOf} />
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function MatrixRow({
  row,
  columns,
  linkOf,
}: {
  row: Row;
  columns: readonly Column[];
  linkOf: (column: Column) => string;
}): VNode {
  const { statement, cells, differs } = row;
  return (
    <tr id={statement.id} {...(differs ? {} : { class: 'same' })}>
      <th scope="row">
        <b>{statement.id}</b>
        <span>{statement.requirement}</span>
      </th>
      {columns.map((column, i) => (
        <td key={column.name}>
          <Cell
            verdict={cells[i]?.verdict}
            link={`${linkOf(column)}#${statement.id}`}
            label={`${column.name}, ${statement.id}`}
          />
        </td>
      ))}
    </tr>
  );
}

function Cell({ verdict, link, label }: { verdict: StatementVerdict | undefined; link: string; label: string }): VNode {
  if (verdict === undefined) return <span class="cell s" />;
  return (
    <a
      class={`cell ${classOf[verdict]}`}
      href={link}
      title={`${label}: ${verdict}`}
      aria-label={`${label}: ${verdict}`}
    >
      {signs[verdict]}
    </a>
  );
}

function Legend(): VNode {
  return (
    <p>
      {(Object.keys(signs) as StatementVerdict[]).flatMap((verdict) => [
        <b key={verdict} class={`v ${classOf[verdict]}`}>{`${signs[verdict]} ${verdict}`}</b>,
        ' ',
      ])}
    </p>
  );
}
