// Calculates a spreadsheet: formulas are parsed, ordered by what they depend on, and evaluated.
//
// input   the sheet as tab-separated text; a cell that starts with = is a formula
// seed    picks the scenario: the cell beside `@scenario` becomes 1, 2, 3 or 4
// result  the cells beside the other `@names`, how many formulas failed and why; `checksum` covers every cell's value
//
// The language is the small common part of what spreadsheets know: numbers, "texts", A1, $A$1, A1:B9, + - * / & %,
// comparisons and the functions in FUNCTIONS. Errors are values, as in every spreadsheet: #DIV/0!, #VALUE!, #REF!,
// #N/A, #NAME?, and #CYCLE! for a formula that waits for itself.
(function spreadsheet() {
  "use strict";

  class CellError {
    constructor(code) {
      this.code = code;
    }
  }

  function raise(code) {
    throw new CellError(code);
  }

  // -- cells ------------------------------------------------------------------

  /** "B12" and "$B$12" → { column: 1, row: 11 }. */
  function parseReference(text) {
    const [, letters, digits] = /^\$?([A-Z]+)\$?(\d+)$/.exec(text) ?? raise("#NAME?");
    let column = 0;
    for (let i = 0; i < letters.length; ++i) column = column * 26 + letters.charCodeAt(i) - 64;
    return { column: column - 1, row: Number(digits) - 1 };
  }

  function parseCell(text) {
    if (text.startsWith("=")) return { formula: text.slice(1), value: undefined };
    return { formula: null, value: text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text };
  }

  function parseSheet(text) {
    return text.trimEnd().split("\n").map((line) => line.split("\t").map(parseCell));
  }

  // -- values -----------------------------------------------------------------

  function number(value) {
    if (value === "") return 0;
    return typeof value === "string" ? raise("#VALUE!") : Number(value);
  }

  function read(cell) {
    if (cell === undefined) return "";
    if (cell.value instanceof CellError) throw cell.value;
    return cell.value;
  }

  /** The numbers of a list of arguments; empty cells and texts do not count, errors do. */
  function numbersOf(values) {
    return values.flat().filter((value) => typeof value === "number");
  }

  function sum(values) {
    return numbersOf(values).reduce((total, value) => total + value, 0);
  }

  /** What SUMIF and COUNTIF compare with: an equal value, or a text that ends in * and starts the same. */
  function matcher(wanted) {
    if (typeof wanted === "string" && wanted.endsWith("*")) {
      return (value) => typeof value === "string" && value.startsWith(wanted.slice(0, -1));
    }
    return (value) => value === wanted;
  }

  // -- functions of the formula language -------------------------------------------

  const FUNCTIONS = {
    SUM: (...values) => sum(values),
    COUNT: (...values) => numbersOf(values).length,
    AVERAGE: (...values) => divide(sum(values), numbersOf(values).length),
    MIN: (...values) => Math.min(...numbersOf(values)),
    MAX: (...values) => Math.max(...numbersOf(values)),
    ABS: (value) => Math.abs(number(value)),
    ROUND: (value, digits) => Math.round(number(value) * 10 ** digits) / 10 ** digits,
    AND: (...values) => values.flat().every(Boolean),
    OR: (...values) => values.flat().some(Boolean),
    INDEX: (list, position) => list[position - 1] ?? raise("#REF!"),
    MATCH: (wanted, list) => list.indexOf(wanted) + 1 || raise("#N/A"),
    COUNTIF: (list, wanted) => list.filter(matcher(wanted)).length,
    SUMIF: (list, wanted, amounts) => {
      const matches = matcher(wanted);
      return sum(amounts.filter((_, index) => matches(list[index])));
    },
  };

  // These decide themselves which of their arguments are evaluated.
  const LAZY_FUNCTIONS = {
    IF: (condition, then, otherwise) => (condition() ? then() : otherwise()),
    IFERROR: (attempt, otherwise) => {
      try {
        return attempt();
      } catch (error) {
        if (error instanceof CellError) return otherwise();
        throw error;
      }
    },
  };

  function divide(left, right) {
    return right === 0 ? raise("#DIV/0!") : left / right;
  }

  // Sign → [precedence, operation]. Operators of one precedence group to the left.
  const OPERATORS = new Map([
    ["=", [1, (a, b) => a === b]],
    ["<>", [1, (a, b) => a !== b]],
    ["<", [1, (a, b) => a < b]],
    [">", [1, (a, b) => a > b]],
    ["<=", [1, (a, b) => a <= b]],
    [">=", [1, (a, b) => a >= b]],
    ["&", [2, (a, b) => String(a) + String(b)]],
    ["+", [3, (a, b) => number(a) + number(b)]],
    ["-", [3, (a, b) => number(a) - number(b)]],
    ["*", [4, (a, b) => number(a) * number(b)]],
    ["/", [4, (a, b) => divide(number(a), number(b))]],
  ]);

  // -- formulas: text → function without arguments ------------------------------------

  // In this order: number, text, cell, function, sign, and anything else, which no rule below accepts.
  const TOKEN = /\d+(?:\.\d+)?|"(?:[^"]|"")*"|\$?[A-Z]+\$?\d+|[A-Z]+(?=\()|<=|>=|<>|[-+*\/&=<>%(),:]|\S/g;
  const isNumber = (token) => /^\d/.test(token);
  const isText = (token) => token.startsWith('"');
  const isCell = (token) => /^\$?[A-Z]+\$?\d/.test(token);
  const isName = (token) => /^[A-Z]/.test(token);

  function constant(value) {
    return () => value;
  }

  function operation(apply, left, right) {
    return () => apply(left(), right());
  }

  /** Parses one formula. `dependencies` collects the cells that it reads. */
  class Parser {
    constructor(formula, rows, dependencies) {
      this.tokens = formula.match(TOKEN) ?? [];
      this.position = 0;
      this.rows = rows;
      this.dependencies = dependencies;
    }

    parse() {
      const evaluate = this.binary(1);
      return this.position === this.tokens.length ? evaluate : raise("#NAME?");
    }

    accept(text) {
      const found = this.tokens[this.position] === text;
      if (found) ++this.position;
      return found;
    }

    expect(text) {
      if (!this.accept(text)) raise("#NAME?");
    }

    /** Operands joined by operators of at least that precedence. */
    binary(lowest) {
      let left = this.unary();
      for (;;) {
        const operator = OPERATORS.get(this.tokens[this.position]);
        if (!operator || operator[0] < lowest) return left;
        ++this.position;
        left = operation(operator[1], left, this.binary(operator[0] + 1));
      }
    }

    unary() {
      if (this.accept("-")) {
        const operand = this.unary();
        return () => -number(operand());
      }
      const operand = this.primary();
      return this.accept("%") ? () => number(operand()) / 100 : operand;
    }

    primary() {
      const token = this.tokens[this.position++] ?? raise("#NAME?");
      if (isNumber(token)) return constant(Number(token));
      if (isText(token)) return constant(token.slice(1, -1).replaceAll('""', '"'));
      if (isCell(token)) return this.accept(":") ? this.range(token, this.tokens[this.position++]) : this.cell(token);
      if (isName(token)) return this.call(token);
      // A sheet writes #REF! into a formula where the name of a deleted cell stood.
      if (token !== "(") raise(token === "#" ? "#REF!" : "#NAME?");
      const inner = this.binary(1);
      this.expect(")");
      return inner;
    }

    call(name) {
      const parameters = [];
      this.expect("(");
      do parameters.push(this.binary(1));
      while (this.accept(","));
      this.expect(")");
      if (Object.hasOwn(LAZY_FUNCTIONS, name)) return () => LAZY_FUNCTIONS[name](...parameters);
      if (!Object.hasOwn(FUNCTIONS, name)) raise("#NAME?");
      return () => FUNCTIONS[name](...parameters.map((evaluate) => evaluate()));
    }

    /** Notes that the formula reads that cell and returns it; outside the sheet there is none. */
    depend(row, column) {
      const cell = this.rows[row]?.[column];
      if (cell) this.dependencies.push(cell);
      return cell;
    }

    cell(text) {
      const { row, column } = parseReference(text);
      const cell = this.depend(row, column);
      return () => read(cell);
    }

    range(from, to) {
      const first = parseReference(from);
      const last = parseReference(to);
      const cells = [];
      for (let row = first.row; row <= last.row; ++row) {
        for (let column = first.column; column <= last.column; ++column) cells.push(this.depend(row, column));
      }
      return () => cells.map(read);
    }
  }

  // -- calculating ------------------------------------------------------------

  /** Runs `action`; a CellError that it throws becomes the cell's value. */
  function settle(cell, action) {
    try {
      action();
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      cell.value = error;
    }
  }

  function compile(cell, rows) {
    cell.dependencies = [];
    cell.readers = [];
    settle(cell, () => {
      cell.evaluate = new Parser(cell.formula, rows, cell.dependencies).parse();
    });
    if (!cell.evaluate) cell.dependencies = [];
  }

  /**
   * Evaluates each formula once all the formulas that it reads have a value (Kahn's algorithm), which needs no
   * recursion however long the chains are. What is never reached waits for itself.
   */
  function calculate(rows) {
    const formulas = rows.flat().filter(({ formula }) => formula !== null);
    for (const cell of formulas) compile(cell, rows);
    for (const cell of formulas) {
      cell.missing = 0;
      for (const other of cell.dependencies) {
        if (other.formula === null) continue;
        ++cell.missing;                             // once per mention, and so it is counted down
        other.readers.push(cell);
      }
    }
    const ready = formulas.filter(({ missing }) => missing === 0);
    for (const cell of ready) {                     // grows while it is walked
      if (cell.evaluate) settle(cell, () => { cell.value = cell.evaluate(); });
      for (const reader of cell.readers) if (--reader.missing === 0) ready.push(reader);
    }
    for (const cell of formulas) if (cell.missing > 0) cell.value = new CellError("#CYCLE!");
    return formulas;
  }

  // -- reporting --------------------------------------------------------------

  /** FNV-1a over UTF-16 code units. */
  function checksum(text) {
    const { imul } = Math;
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; ++i) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }

  function show({ value }) {
    return value instanceof CellError ? value.code : value;
  }

  function count(list) {
    const counts = {};
    for (const item of list) counts[item] = (counts[item] ?? 0) + 1;
    return counts;
  }

  const rows = parseSheet(input);
  const named = rows.filter(([{ value }]) => typeof value === "string" && value.startsWith("@"));
  const scenario = named.find(([{ value }]) => value === "@scenario")[1];
  scenario.value = 1 + (seed % 4);
  const formulas = calculate(rows);
  return {
    ...Object.fromEntries(named.map(([{ value }, cell]) => [value.slice(1), show(cell)])),
    formulas: formulas.length,
    errors: count(formulas.filter(({ value }) => value instanceof CellError).map(show)),
    checksum: checksum(rows.map((row) => row.map(show).join("\t")).join("\n")),
  };
})();
