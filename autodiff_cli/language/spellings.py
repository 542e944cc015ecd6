"""Data: what other tools and countries call functions, and what to type here instead.

`WRITTEN` has, for each way of writing, the names that mean it: the operands of a call stand for x, y, z and w in their
order, and `...` for all of them. Two ways apart by | are two readings. `ABSENT` says of names that there is no such thing.
Names are looked up as they are, then without regard to capitals.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CHOOSE = "gamma(x + 1)/(gamma(y + 1)*gamma(x - y + 1))"
_WHOLE = "if(x >= 0, floor(x), ceil(x))"
_REST = "if(x/y >= 0, x - y*floor(x/y), x - y*ceil(x/y))"

WRITTEN: dict[str, str] = {
    # Trigonometric functions, in the schools of other countries, in full, and in degrees.
    "sin(x)": "sine sinus sen dsin sinf",
    "cos(x)": "cosine cosinus kos dcos cosf",
    "tan(x)": "tg tang tangent tangens tgn dtan tanf",
    "sec(x)": "secant sekans",
    "csc(x)": "cosec cosecant cossec cosc",
    "cot(x)": "ctg cotg cotan ctan cotangent cotangens",
    "asin(x)": "arcsin arsin arcsine asn invsin sin_inv asen arcsen arcsinus dasin asinf arc_sin",
    "acos(x)": "arccos arcos arccosine acs invcos cos_inv arccosinus dacos acosf arc_cos",
    "atan(x)": "arctan artan arctg atg arctangent atn invtan tan_inv arctang datan atanf arc_tan",
    "asec(x)": "arcsec arsec invsec",
    "acsc(x)": "arccsc arcsc arccosec acosec invcsc",
    "acot(x)": "arccot arcctg arccotg arccotan arcotg actg arcotan acotan invcot",
    "atan2(x, y)": "arctan2 arctg2 datan2 atan2f angle atan arctan arctg",
    "atan2(x, y) | atan2(y, x)": "ATAN2",
    "sin(x*pi/180)": "sind sindeg", "cos(x*pi/180)": "cosd cosdeg", "tan(x*pi/180)": "tand tandeg",
    "asin(x)*180/pi": "asind", "acos(x)*180/pi": "acosd", "atan(x)*180/pi": "atand", "atan2(x, y)*180/pi": "atan2d",
    "sin(pi*x)": "sinpi", "cos(pi*x)": "cospi", "tan(pi*x)": "tanpi",
    "1 - cos(x)": "versin vers versine", "sin(x/2)^2": "haversin hav haversine", "-2*sin(x/2)^2": "cosm1",
    "x*pi/180": "radians deg2rad rad torad to_radians toradians",
    "x*180/pi": "degrees rad2deg todeg to_degrees todegrees",
    "x*180/pi | x*pi/180": "deg",
    # Hyperbolic functions.
    "sinh(x)": "sh senh shin sinhyp dsinh", "cosh(x)": "ch cosinh coshyp dcosh", "tanh(x)": "th tgh tanhyp dtanh",
    "coth(x)": "cth ctgh cotgh cotanh", "sech(x)": "sekh", "csch(x)": "cosech cossech csh",
    "asinh(x)": "arsinh arcsinh arsh argsh argsinh ash arcsh arcsenh",
    "acosh(x)": "arcosh arccosh arch argch argcosh ach arcch",
    "atanh(x)": "artanh arctanh arth argth argtanh ath arctgh arcth artgh",
    "acoth(x)": "arcoth arccoth arcth argcoth arctgh arcctgh",
    "asech(x)": "arsech arcsech", "acsch(x)": "arcsch arccsch arccosech arcosech",
    # Exponentials, logarithms, powers and roots.
    "exp(x)": "exponential expo exponent dexp expf",
    "10^x": "exp10 pow10 tenpow", "10^x | exp(x)": "antilog alog",
    "log(x)": "loge logn nlog lognat logarithm dlog logf natural_log naturallog",
    "log10(x)": "lg dlog10 alog10 log10f logten logdec",
    "log(x) | log10(x)": "LOG",
    "log2(x)": "lb ld lbin log2f binlog",
    "log(x, y)": "logbase log_base logb",
    "log(x/(1 - x))": "logit log_odds logodds",
    "x^2": "square sqr sq squared abs2", "x^3": "cube cubed",
    "x^y": "power powr pwr expt powf powi pown raise float_power",
    "sqrt(x)": "root sqroot squareroot square_root sqt squrt radical surd wurzel raiz racine dsqrt sqrtf",
    "cbrt(x)": "cuberoot cube_root cubrt curt cbroot cbrtf",
    "x^(1/y)": "root nthroot nth_root nroot surd sqrt",
    "1/sqrt(x)": "rsqrt invsqrt inversesqrt", "floor(sqrt(x))": "isqrt",
    "1/x": "inv recip reciprocal inverse oneover", "-x": "neg negate negative minus opposite",
    "x + y": "add plus", "x - y": "subtract sub minus", "x*y": "multiply mul times mult", "x/y": "divide div truediv ratio "
    "true_divide Rational fraction frac quot", "floor(x/y)": "floordiv floor_divide idiv quotient intdiv div_floor",
    "x*y + z": "fma muladd mad", "x*2^y": "ldexp scalb", "max(x - y, 0)": "fdim",
    "x^2 + y^2": "sumsq", "hypot(x, y)": "magnitude hypotenuse pythag hypotf pyth",
    "softplus(x)": "log1pexp log1p_exp soft_plus", "expm1(x)/x": "exprel", "x*log1p(y)": "xlog1py", "-xlogy(x, x)": "entr",
    "logaddexp(x, y)": "logadd lse", "logsumexp(x)": "lse log_sum_exp",
    # Whole parts, signs, absolute values.
    "abs(x)": "fabs absolute dabs iabs magnitude absval absolutevalue betrag modulus cabs mag fabsf",
    "sign(x)": "sgn signum", "if(y >= 0, abs(x), -abs(x))": "copysign sign",
    "ceil(x)": "ceiling cei roundup", "floor(x)": "entier rounddown floorf gif",
    "round(x)": "rint nearbyint lround nint rnd roundeven around round_half_even",
    "round(x*10^y)/10^y": "round around",
    _WHOLE: "trunc truncate fix ipart intpart integerpart aint",
    f"{_WHOLE} | floor(x)": "integer toint",
    "x - floor(x)": "frac fract fpart fracpart fractionalpart",
    "mod(x, y)": "modulo floormod floor_mod remainder", _REST: "fmod rem",
    # Conditions and pieces.
    "if(...)": "ifelse iif cond where ifthenelse if_else ifthen piecewise ternary iff wenn SI ifs",
    "x and y": "AND logical_and", "x or y": "OR logical_or", "not (x)": "NOT logical_not", "x != y": "XOR xor logical_xor",
    "step(x)": "heaviside unit_step hside HeavisideTheta heavisidetheta thetafunction stepfun",
    "if(x >= 0, 1, 0)": "UnitStep unitstep", "if(x == 0, y, step(x))": "heaviside", "if(y < x, 0, 1)": "step",
    "step(x) | theta*(x)": "theta", "step(x) | θ*(x)": "θ",
    "relu(x)": "ramp rectifier rectify relu_ positivepart pos",
    "max(...)": "maximum fmax amax dmax1 amax1 max0 maks fmaxf larger",
    "min(...)": "minimum fmin amin dmin1 amin1 min0 fminf smaller",
    "clamp(x, y, z)": "clip bound constrain limitto clampf", "clamp(x, 0, 1)": "clamp01 saturate clip01",
    "clamp((z - x)/(y - x), 0, 1)^2*(3 - 2*clamp((z - x)/(y - x), 0, 1))": "smoothstep",
    "x + z*(y - x)": "lerp mix", "if(abs(x) < 0.5, 1, 0)": "rect unitbox boxcar", "relu(1 - abs(x))": "tri triangle",
    # Activations.
    "sigmoid(x)": "expit logistic sigm sigmoidal logsig sigmf inv_logit invlogit",
    "sigmoid(x) | sigma*(x)": "sigma", "sigmoid(x) | σ*(x)": "σ", "-softplus(-x)": "logsigmoid log_sigmoid log_expit",
    "x*sigmoid(x)": "swish silu", "x*tanh(softplus(x))": "mish", "x/(1 + abs(x))": "softsign",
    "if(x > 0, x, 0.01*x)": "leaky_relu leakyrelu lrelu leaky", "if(x > 0, x, y*x)": "leaky_relu leakyrelu lrelu prelu leaky",
    "if(x > 0, x, expm1(x))": "elu", "if(x > 0, x, y*expm1(x))": "elu",
    "1.0507009873554805*if(x > 0, x, 1.6732632423543772*expm1(x))": "selu",
    "clamp(x, -1, 1)": "hardtanh hard_tanh", "clamp(x, 0, 6)": "relu6", "clamp(x/6 + 0.5, 0, 1)": "hardsigmoid hard_sigmoid",
    "x - tanh(x)": "tanhshrink",
    # The gamma family, counting, the normal distribution.
    "gamma(x) | Γ*(x)": "Γ", "gamma(x + 1)": "factorial fact fac fakultät faktorial", "gamma(x)": "tgamma gammafn",
    "lgamma(x)": "gammaln lngamma loggamma log_gamma lngam gammalog",
    _CHOOSE: "binomial binom comb combin combinations nCr ncr choose nchoosek bincoef binomcoef",
    "gamma(x + 1)/gamma(x - y + 1)": "nPr npr perm permut permutations fallingfactorial ff",
    "gamma(x + y)/gamma(x)": "pochhammer poch risingfactorial rf",
    "exp(lgamma(x) + lgamma(y) - lgamma(x + y))": "beta betafn", "lgamma(x) + lgamma(y) - lgamma(x + y)": "betaln lbeta",
    "digamma(x) | ψ*(x)": "ψ", "digamma(x)": "psi polygamma0 psi0", "polygamma(x, y)": "psi psin", "polygamma(1, x)": "trigamma",
    "exp(x^2)*erfc(x)": "erfcx", "normcdf(x)": "ndtr Phi Φ pnorm norm_cdf normal_cdf stdnormal_cdf cnorm normsdist",
    "normcdf((x - y)/z)": "normcdf pnorm norm_cdf normal_cdf cdf", "log(normcdf(x))": "log_ndtr logcdf",
    "normpdf(x)": "dnorm norm_pdf normal_pdf", "normpdf(x) | phi*(x)": "phi", "normpdf(x) | φ*(x)": "φ",
    "normpdf((x - y)/z)/z": "normpdf dnorm norm_pdf normal_pdf gaussian pdf",
    "normpdf(x) | exp(-x^2)": "gauss gaussian",
    # Vectors.
    "sum(x)": "total Total Σ ∑ add_all", "sum([...])": "sum total Σ", "prod(x)": "product Product Π ∏ Times",
    "prod([...])": "prod product", "mean(x)": "average avg", "mean([...])": "mean average avg",
    "sum(y, z, w, x)": "sum Sum", "prod(y, z, w, x)": "prod Product",
    "norm([...])": "norm", "norm(x)": "vecnorm l2norm norm2 vector_norm", "dot(x, y)": "inner vdot dotproduct dot_product scalar "
    "inner_product innerproduct scalarproduct Dot sumproduct matmul", "len(x)": "size numel count",
    "len(x) | norm(x)": "length",
    "mean((x - mean(x))^2) | sum((x - mean(x))^2)/(len(x) - 1)": "var variance",
    "sqrt(mean((x - mean(x))^2)) | sqrt(sum((x - mean(x))^2)/(len(x) - 1))": "std stdev stddev sd standarddeviation",
    "sqrt(mean(x^2))": "rms", "dot(x, x)": "sumsq norm2squared sumsqr", "max(x) - min(x)": "range ptp",
    "max(abs(x))": "maxnorm norminf",
    # Small words.
    "x/100": "percent pct", "x": "float double number identity id real N evalf str print",
}  # fmt: skip

ABSENT: dict[str, str] = {
    "there are no integrals here": "integrate integral int quad trapz NIntegrate Integrate cumtrapz dblquad",
    "there are no limits here": "limit lim Limit",
    "there are no complex numbers here": "cis re im imag conj arg phase complex Re Im conjugate",
    "there are no random numbers here: use an input and bind it": "rand random randn randint uniform normal rnorm runif",
    "softmax has as many values as operands; one of them is exp(v[1] - logsumexp(v))": "softmax log_softmax logsoftmax argmax",
    "there is no inverse of erf and of normcdf": "erfinv erfcinv norminv ppf ndtri probit qnorm inverseerf normsinv",
    "there are no Bessel, Airy and such functions; adiff ops lists what there is": "besselj bessely besseli besselk airy "
    "lambertw zeta ei li si ci erfi dawson j0 j1 jn y0 y1 yn ellipk ellipe hyp2f1 polylog gammainc gammaincc betainc igamma",
    "there is no delta function": "dirac DiracDelta diracdelta kroneckerdelta",
    "there are no equations here: an expression has a value, and is differentiated": "solve fsolve dsolve roots nsolve",
    "there are no matrices here: write the sums out": "det transpose inverse_matrix eig trace diag outer cross einsum",
    "a median has no derivative rule here": "median mode quantile percentile",
    "write the condition into an if": "isnan isinf isfinite iferror any all",
}

# Words for the derivative: of an expression, by a name, of an order.
DERIVATIVES = _words(
    "D d deriv derivative derive differentiate Diff Derivative derivada ableitung dérivée dif diffs partial pdiff"
)
GRADIENTS = _words("grad gradient Grad Gradient nabla jacobian hessian")

# What stands before the point in other languages: np.sin, Math.sin, torch.nn.functional.relu.
PREFIXES = _words(
    "np numpy math Math torch tf jnp jax cmath scipy sp sympy sym special stats linalg nn functional F std mpmath mp K keras "
    "cupy cp lax random norm nnx backend activations pd"
)

# What such a library means by a name that is another function here.
OF_LIBRARIES: dict[str, str] = {
    "sinc(pi*x)": "np.sinc numpy.sinc jnp.sinc torch.sinc jax.numpy.sinc cp.sinc torch.special.sinc",
    "floor(x + 0.5)": "Math.round",
    "x - y*round(x/y)": "math.remainder",
    "normcdf(x)": "norm.cdf stats.norm.cdf scipy.stats.norm.cdf st.norm.cdf",
    "normpdf(x)": "norm.pdf stats.norm.pdf scipy.stats.norm.pdf st.norm.pdf",
    "normcdf((x - y)/z)": "norm.cdf stats.norm.cdf scipy.stats.norm.cdf st.norm.cdf",
    "normpdf((x - y)/z)/z": "norm.pdf stats.norm.pdf scipy.stats.norm.pdf st.norm.pdf",
    "gelu(x)": "F.gelu torch.nn.functional.gelu",
}

# Numbers that libraries hold by name.
NUMBERS = {"pi": "pi", "PI": "pi", "Pi": "pi", "e": "e", "E": "e", "inf": "inf", "nan": "nan", "tau": "(2*pi)", "Infinity": "inf",
           "euler": "e", "LN2": "log(2)", "LN10": "log(10)", "SQRT2": "sqrt(2)", "Inf": "inf", "NaN": "nan",
           "SQRT1_2": "sqrt(0.5)", "LOG2E": "(1/log(2))", "LOG10E": "(1/log(10))"}  # fmt: skip

# Greek letters and other words of LaTeX that are names here.
_GREEK = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma tau upsilon phi chi psi "
          "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar")  # fmt: skip
LATEX_NAMES = {**{name: name for name in _GREEK.split()}, "pi": "pi", "varphi": "phi", "varepsilon": "epsilon",
               "vartheta": "theta", "varrho": "rho", "varsigma": "sigma", "infty": "inf", "imath": "i"}  # fmt: skip
LATEX_SIGNS = {
    "cdot": "*", "times": "*", "ast": "*", "star": "*", "div": "/", "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=",
    "geq": ">=", "geqslant": ">=", "ne": "!=", "neq": "!=", "lt": "<", "gt": ">", "land": " and ", "lor": " or ",
    "wedge": " and ", "vee": " or ", "lnot": " not ", "neg": " not ", "bullet": "*",
}  # fmt: skip
LATEX_BLANKS = frozenset(",;:! ") | _words(
    "quad qquad displaystyle textstyle limits nolimits mathrm mathit mathbf boldsymbol mathsf text operatorname left right big "
    "Big bigl bigr Bigl Bigr bigg biggl biggr Bigg rm it bf nonumber mathop middle"
)
LATEX_FUNCTIONS = _words(
    "sin cos tan sec csc cot arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arsinh arcosh artanh "
    "arcsinh arccosh arctanh exp ln log lg max min sgn erf erfc sigmoid tg ctg cotg arctg cosec gcd Re Im softplus relu"
)

# What is measured, for numbers with a unit behind them.
UNITS = _words(
    "km m cm mm nm um kg g mg lb s ms us ns h hr hrs min mins sec secs hour hours day days year years K C F degC degF deg "
    "degrees rad N kN J kJ W kW MW V mV A mA Hz kHz MHz GHz Pa kPa MPa bar atm mol L l ml eV keV MeV GeV ohm Ohm T ft in inch "
    "inches mile miles mph kmh usd USD eur EUR dB bits bytes"
)
