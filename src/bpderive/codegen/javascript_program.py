"""The program in JavaScript: an ES module without dependencies.

`javascript_program(net)` is its source. Arrays are flat, row after row, Float64Array or Float32Array; numbers are
computed in double precision. What is given is checked and never written to; what comes back is new.
"""

from __future__ import annotations

from bpderive.activations import z
from bpderive.activations.special import half_erfcx
from bpderive.codegen.dialects import JavaScriptSource, in_lines
from bpderive.codegen.functions import heading
from bpderive.codegen.loops import Language, Loops
from bpderive.network import Network

JAVASCRIPT = Language(
    dialect=JavaScriptSource,
    comment="  // {}",
    binding="const {} = {};",
    value="// {says}\nfunction {name}(z) {{\n{body}    return {results[0]};\n}}\n",
    pair=(
        "// {says}\nfunction {name}(z, a, slope, i) {{\n{body}"
        "    a[i] = {results[0]};\n    slope[i] = {results[1]};\n}}\n"
    ),
    call_pair="{name}(z{layer}[i], a{layer}, slope{layer}, i);",
    loop="for (let i = {first}; i < {past}; i++) {line}",
    layer=(
        "// {says}\nfunction {name}(m, {inputs}, result) {{\n"
        "    for (let n = 0; n < m; n++) {{\n{body}    }}\n}}\n"
    ),
    array="const {name} = new Array({size});",
    number="let {name} = {start};",
    least="-Infinity",
    each="for (let j = 0; j < {size}; j++) {line}",
    argument="{}",
)


def javascript_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source; `views` means nothing here, where everything that comes back is new."""
    loops = Loops(net, JAVASCRIPT)
    program = loops.program
    layers = range(2, net.depth + 1)
    last = net.depth
    array = {"float64": "Float64Array", "float32": "Float32Array"}[dtype]
    names = [[f"{letter}{layer}" for layer in layers] for letter in "wb"]
    opening = [
        f"const [{', '.join(names[0])}] = weights;",
        f"const [{', '.join(names[1])}] = biases;",
        "const a1 = x;",
        f"const m = x.length/{net.sizes[0]};",
    ]
    room = [
        f"const {letter}{layer} = new {array}({net.sizes[layer - 1]}*m);"
        for layer in layers
        for letter in ("z", "a", "slope")
        if letter != "slope" or program.has_slope(layer)
    ]
    cost = loops.cost()
    for_cost = []
    if loops.log_of_outputs:
        for_cost.append(f"const {loops.log_of_outputs} = new Float64Array({net.sizes[-1]}*m);")
    results = []
    for layer in layers:
        rows, columns = net.sizes[layer - 1], net.sizes[layer - 2]
        results.append(f"const delta{layer} = z{layer};  // the same array: z is read no more")
        results.append(
            f"const nabla_b{layer} = new {array}({rows}), nabla_w{layer} = new {array}({rows * columns});"
        )
    check = _check(net)
    forward = [
        *check,
        *opening,
        *(line for line in room if "slope" not in line),
        *loops.lines(program.forward),
        f"return a{last};",
    ]
    by = {letter: ", ".join(f"nabla_{letter}{layer}" for layer in layers) for letter in "bw"}
    both = [
        *check,
        f'expect("y, the desired output,", y, {net.sizes[-1]}*(x.length/{net.sizes[0]}));',
        *opening,
        *room,
        *results,
        "let cost = 0;",
        *for_cost,
        *loops.lines(program.with_slopes),
        *cost,
        *loops.lines(program.backward),
        f"return {{ cost, nabla_b: [{by['b']}], nabla_w: [{by['w']}] }};",
    ]
    says = heading(
        net,
        "weights[i] and biases[i] belong to layer i + 2: of the shapes (n_l, n_{l-1}) and (n_l, 1), flat, row",
        f"after row. x has the shape ({net.sizes[0]}, m) and y ({net.sizes[-1]}, m): columns are examples. The",
        "numbers beside the lines are those of the equations that they are.",
    )
    body = [
        _function(
            "export function forward(weights, biases, x)", f"a{last}, the output of the network.", forward
        ),
        _function(
            "export function value_and_gradient(weights, biases, x, y)",
            "The mean cost, and its gradient by all b and by all w: { cost, nabla_b, nabla_w }.",
            both,
        ),
        _function(
            "export function gradient(weights, biases, x, y)",
            "The gradient of the mean cost: { nabla_b, nabla_w }.",
            [
                "const { nabla_b, nabla_w } = value_and_gradient(weights, biases, x, y);",
                "return { nabla_b, nabla_w };",
            ],
        ),
    ]
    functions = loops.functions.sources
    if any("erf(" in source or "erfc(" in source for source in [*functions, *body]):
        functions = [_error_functions(), *functions]
    return "\n".join([*(f"// {line}".rstrip() for line in says), "", _HELPERS, *functions, *body])


def _check(net: Network) -> list[str]:
    lines = [f"expect_list(weights, {net.depth - 1}); expect_list(biases, {net.depth - 1});"]
    for layer in range(2, net.depth + 1):
        rows, columns = net.sizes[layer - 1], net.sizes[layer - 2]
        lines.append(
            f'expect("weights[{layer - 2}], which is w{layer},", weights[{layer - 2}], {rows * columns});'
        )
        lines.append(f'expect("biases[{layer - 2}], which is b{layer},", biases[{layer - 2}], {rows});')
    lines.append(
        f'expect("x, the input,", x, {net.sizes[0]}*Math.max(1, Math.ceil(x.length/{net.sizes[0]})));'
    )
    return lines


def _function(signature: str, says: str, lines: list[str]) -> str:
    return "\n".join([f"// {says}", f"{signature} {{", *(f"    {line}" for line in lines), "}", ""])


def _error_functions() -> str:
    """erf and erfc, which JavaScript lacks: a series near 0, and exp(−x²) times a slow function elsewhere."""
    lines, [slow] = in_lines([half_erfcx(z)], JavaScriptSource, "const {} = {};")
    body = "\n".join(f"    {line}" for line in lines)
    return f"""// exp(z*z/2)*erfc(z/sqrt(2))/2 for z >= 0
function half_erfcx(z) {{
{body}
    return {slow};
}}

function erfc(x) {{
    return x < 0.5 ? 1 - erf(x) : 2*Math.exp(-x*x)*half_erfcx(x*Math.SQRT2);
}}

function erf(x) {{
    if (x < 0) return -erf(-x);
    if (!(x < 0.5)) return 1 - erfc(x);
    let term = x, sum = 0;
    for (let n = 0; sum + term !== sum; n++) {{
        sum += term;
        term *= 2*x*x/(2*n + 3);
    }}
    return 2/Math.sqrt(Math.PI)*Math.exp(-x*x)*sum;
}}
"""


_HELPERS = """function expect(what, given, length) {
    if (given === undefined || given.length !== length)
        throw new RangeError(`${what} has ${given?.length} numbers; ${length} are wanted.`);
}

function expect_list(given, length) {
    if (given?.length !== length)
        throw new RangeError(`${given?.length} arrays were given; ${length} are wanted, one for each layer from 2.`);
}

// c = a b, of shape (rows, columns)
function product(rows, inner, columns, a, b, c) {
    for (let j = 0; j < rows; j++)
        for (let n = 0; n < columns; n++) {
            let sum = 0;
            for (let k = 0; k < inner; k++) sum += a[j*inner + k]*b[k*columns + n];
            c[j*columns + n] = sum;
        }
}

// c = aᵀ b
function product_left(rows, inner, columns, a, b, c) {
    for (let j = 0; j < rows; j++)
        for (let n = 0; n < columns; n++) {
            let sum = 0;
            for (let k = 0; k < inner; k++) sum += a[k*rows + j]*b[k*columns + n];
            c[j*columns + n] = sum;
        }
}

// c = a bᵀ
function product_right(rows, inner, columns, a, b, c) {
    for (let j = 0; j < rows; j++)
        for (let n = 0; n < columns; n++) {
            let sum = 0;
            for (let k = 0; k < inner; k++) sum += a[j*inner + k]*b[n*inner + k];
            c[j*columns + n] = sum;
        }
}

// Adds a column to every column of a matrix.
function add_column(rows, columns, column, matrix) {
    for (let j = 0; j < rows; j++)
        for (let n = 0; n < columns; n++) matrix[j*columns + n] += column[j];
}

// Multiplies entry by entry.
function multiply(size, by, matrix) {
    for (let i = 0; i < size; i++) matrix[i] *= by[i];
}

function sum_over_examples(rows, columns, matrix, sums) {
    for (let j = 0; j < rows; j++) {
        let sum = 0;
        for (let n = 0; n < columns; n++) sum += matrix[j*columns + n];
        sums[j] = sum;
    }
}
"""
