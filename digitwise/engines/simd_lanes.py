"""Operations on tiles lane by lane, for Numba kernels: arithmetic, and selection without branch."""

from llvmlite import ir
from numba.extending import intrinsic

from digitwise.engines.simd import pack, spread, unpack


@intrinsic
def subtract(_context, one, other):
    """Return the difference of two tiles."""
    return one(one, other), _lane_by_lane(one, lambda builder, a, b: builder.fsub(a, b))


@intrinsic
def multiply(_context, one, other):
    """Return the product of two tiles."""
    return one(one, other), _lane_by_lane(one, lambda builder, a, b: builder.fmul(a, b))


@intrinsic
def larger(_context, one, other):
    """Return the larger number of each lane."""

    def code(builder, a, b):
        return builder.select(builder.fcmp_ordered(">", b, a), b, a)

    return one(one, other), _lane_by_lane(one, code)


@intrinsic
def where_larger(_context, one, other, number, else_):
    """Return `number` in lanes where the first tile is larger than the second, else `else_`."""

    def code(builder, a, b, number, else_):
        return builder.select(builder.fcmp_ordered(">", a, b), number, else_)

    return one(one, other, one.element, else_), _lane_by_lane(one, code)


@intrinsic
def where_equal(_context, one, number, tile):
    """Return `tile` in lanes where the first tile equals `number`, else 0."""

    def code(builder, a, number, b):
        return builder.select(builder.fcmp_ordered("==", a, number), b, ir.Constant(b.type, None))

    return one(one, one.element, one), _lane_by_lane(one, code)


@intrinsic
def where_positive(_context, one, tile):
    """Return `tile` in lanes where the first tile is above 0, else 0."""

    def code(builder, a, b):
        zero = ir.Constant(b.type, None)
        return builder.select(builder.fcmp_ordered(">", a, zero), b, zero)

    return one(one, one), _lane_by_lane(one, code)


def _lane_by_lane(tile, operation):
    """Return the code that applies an operation to registers; it spreads numbers over one."""

    def code(context, builder, signature, arguments):
        register = context.get_value_type(tile).element
        columns = [
            unpack(builder, tile, argument)
            if kind == tile
            else [spread(builder, argument, register)] * tile.count
            for kind, argument in zip(signature.args, arguments, strict=True)
        ]
        results = [operation(builder, *row) for row in zip(*columns, strict=True)]
        return pack(context, builder, tile, results)

    return code
