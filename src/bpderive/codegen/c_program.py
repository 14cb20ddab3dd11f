"""The program in C99: one file that needs the C library alone, and its header.

`c_program(net)` is the source, `c_header(net)` the header. Arrays are flat, row after row, of `real`, which is double
or float; σ and σ′ are computed in double precision. The functions write into what the caller gives, and keep nothing
between calls, so that several threads may use them.
"""

from __future__ import annotations

from bpderive.codegen.dialects import CSource
from bpderive.codegen.functions import heading
from bpderive.codegen.loops import Language, Loops
from bpderive.network import Network

C = Language(
    dialect=CSource,
    comment="  /* {} */",
    binding="const double {} = {};",
    value="/* {says} */\nstatic double {name}(double z)\n{{\n{body}    return {results[0]};\n}}\n",
    pair=(
        "/* {says} */\nstatic void {name}(double z, real *a, real *slope)\n{{\n{body}"
        "    *a = (real)({results[0]});\n    *slope = (real)({results[1]});\n}}\n"
    ),
    call_pair="{name}(z{layer}[i], &a{layer}[i], &slope{layer}[i]);",
    loop="for (size_t i = {first}; i < {past}; ++i) {line}",
    layer=(
        "/* {says} */\nstatic void {name}(size_t m, {inputs}, real *result)\n{{\n"
        "    for (size_t n = 0; n < m; ++n) {{\n{body}    }}\n}}\n"
    ),
    array="double {name}[{size}];",
    number="double {name} = {start};",
    least="-INFINITY",
    each="for (size_t j = 0; j < {size}; ++j) {line}",
    argument="const real *{}",
)

_PARAMETERS = "size_t m, const real *const weights[], const real *const biases[], const real *x"
_GRADIENT = (
    f"{_PARAMETERS}, const real *y,\n{{indent}}real *const nabla_b[], real *const nabla_w[], real *work"
)


def c_header(net: Network, dtype: str = "float64") -> str:
    """The header: what the functions take and give."""
    last = net.depth
    lines = heading(
        net,
        "weights[i], biases[i], nabla_w[i] and nabla_b[i] belong to layer i + 2: of the shapes (n_l, n_{l-1}) and",
        f"(n_l, 1), flat, row after row. x has the shape ({net.sizes[0]}, m) and y ({net.sizes[-1]}, m): their",
        "columns are examples. The arrays given are not written to, except nabla_b, nabla_w, output and work.",
        "work is room for bp_work(m) numbers; nothing is kept in it.",
    )
    return f"""/* {chr(10).join(lines)} */
#ifndef BP_GRADIENT_H
#define BP_GRADIENT_H

#include <stddef.h>

typedef {_real(dtype)} real;

/* How many numbers of work the functions below need for m examples. */
size_t bp_work(size_t m);

/* a{last}, the output of the network, of shape ({net.sizes[-1]}, m). */
void bp_forward({_PARAMETERS}, real *output, real *work);

/* The gradient of the mean cost by all b and by all w. */
void bp_gradient({_GRADIENT.format(indent=" " * 17)});

/* The mean cost, and its gradient. */
double bp_value_and_gradient({_GRADIENT.format(indent=" " * 29)});

#endif
"""


def c_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source; `views` means nothing here, where the caller owns all arrays."""
    loops = Loops(net, C)
    program = loops.program
    layers = range(2, net.depth + 1)
    kept = [
        f"{letter}{layer}"
        for layer in layers
        for letter in ("z", "a", "slope")
        if letter != "slope" or program.has_slope(layer)
    ]
    size = {name: net.sizes[int(name.lstrip("zaslope")) - 1] for name in kept}
    given = []
    for layer in layers:
        given.append(
            f"const real *const w{layer} = weights[{layer - 2}], *const b{layer} = biases[{layer - 2}];"
        )
    cost = loops.cost()
    room, start = [], 0
    for name in kept:
        room.append(f"real *const {name} = work + {start}*m;")
        start += size[name]
    for_cost = []
    if loops.log_of_outputs:
        for_cost.append(f"real *const {loops.log_of_outputs} = work + {start}*m;")
        start += net.sizes[-1]
    results = [
        f"real *const nabla_b{layer} = nabla_b[{layer - 2}], *const nabla_w{layer} = nabla_w[{layer - 2}];"
        for layer in layers
    ]
    deltas = [
        f"real *const delta{layer} = z{layer};  /* the same room: z is read no more */" for layer in layers
    ]
    opening = [*given, *room, "const real *const a1 = x;"]
    last = net.depth
    copied = C.loop.format(first="0", past=f"{net.sizes[-1]}*m", line=f"output[i] = a{last}[i];")
    unused = [f"(void)slope{layer};" for layer in layers if program.has_slope(layer)]
    forward = [*opening, *unused, *loops.lines(program.forward), copied]
    both = [
        *opening,
        *results,
        *deltas,
        "double cost = 0.0;",
        *loops.lines(program.with_slopes),
        "if (valued) {",
        *(f"    {line}" for line in [*for_cost, *cost]),
        "}",
        *loops.lines(program.backward),
        "return cost;",
    ]
    arguments = "m, weights, biases, x, y, nabla_b, nabla_w, work"
    parts = [
        _HELPERS,
        *loops.functions.sources,
        f"size_t bp_work(size_t m)\n{{\n    return {start}*m;\n}}\n",
        _function(f"void bp_forward({_PARAMETERS}, real *output, real *work)", forward),
        _function(f"static double backpropagate({_GRADIENT.format(indent=' ' * 28)}, int valued)", both),
        _function(
            f"void bp_gradient({_GRADIENT.format(indent=' ' * 17)})", [f"backpropagate({arguments}, 0);"]
        ),
        _function(
            f"double bp_value_and_gradient({_GRADIENT.format(indent=' ' * 29)})",
            [f"return backpropagate({arguments}, 1);"],
        ),
    ]
    lines = heading(net, "The numbers beside the lines are those of the equations that they are.")
    start_of_file = f'/* {chr(10).join(lines)} */\n#include <math.h>\n\n#include "gradient.h"\n'
    return "\n".join([start_of_file, *parts])


def _real(dtype: str) -> str:
    return {"float64": "double", "float32": "float"}[dtype]


def _function(signature: str, lines: list[str]) -> str:
    return "\n".join([signature, "{", *(f"    {line}" for line in lines), "}", ""])


_HELPERS = """/* The smaller and the greater of two numbers, nan if one is nan; and the sign. */
static inline double least(double x, double y) { return x < y || x != x ? x : y; }
static inline double greatest(double x, double y) { return x > y || x != x ? x : y; }
static inline double sign(double x) { return (x > 0) - (x < 0); }

/* c = a b, of shape (rows, columns). */
static inline void product(size_t rows, size_t inner, size_t columns, const real *a, const real *b, real *c)
{
    for (size_t j = 0; j < rows; ++j) {
        for (size_t n = 0; n < columns; ++n) c[j*columns + n] = 0;
        for (size_t k = 0; k < inner; ++k)
            for (size_t n = 0; n < columns; ++n) c[j*columns + n] += a[j*inner + k]*b[k*columns + n];
    }
}

/* c = a^T b. */
static inline void product_left(size_t rows, size_t inner, size_t columns, const real *a, const real *b, real *c)
{
    for (size_t i = 0; i < rows*columns; ++i) c[i] = 0;
    for (size_t k = 0; k < inner; ++k)
        for (size_t j = 0; j < rows; ++j)
            for (size_t n = 0; n < columns; ++n) c[j*columns + n] += a[k*rows + j]*b[k*columns + n];
}

/* c = a b^T. */
static inline void product_right(size_t rows, size_t inner, size_t columns, const real *a, const real *b, real *c)
{
    for (size_t j = 0; j < rows; ++j)
        for (size_t n = 0; n < columns; ++n) {
            real sum = 0;
            for (size_t k = 0; k < inner; ++k) sum += a[j*inner + k]*b[n*inner + k];
            c[j*columns + n] = sum;
        }
}

/* Adds a column to every column of a matrix. */
static inline void add_column(size_t rows, size_t columns, const real *column, real *matrix)
{
    for (size_t j = 0; j < rows; ++j)
        for (size_t n = 0; n < columns; ++n) matrix[j*columns + n] += column[j];
}

/* Multiplies entry by entry. */
static inline void multiply(size_t size, const real *by, real *matrix)
{
    for (size_t i = 0; i < size; ++i) matrix[i] *= by[i];
}

static inline void sum_over_examples(size_t rows, size_t columns, const real *matrix, real *sums)
{
    for (size_t j = 0; j < rows; ++j) {
        sums[j] = 0;
        for (size_t n = 0; n < columns; ++n) sums[j] += matrix[j*columns + n];
    }
}
"""
