// ulp measures results of functions against binary128 arithmetic.
//
//     cc -O2 -o ulp ulp.c -lquadmath
//     ulp NAME BITS <records
//
// A record is the arguments and the result, as numbers of BITS (64 or 32) bits
// in the machine's order. It prints the largest error in units of the last
// place of the exact result, the arguments where it is (in hexadecimal), the
// share of results that are not correctly rounded, and how many records there
// were. What is NaN, infinite or zero has to be just that; an error of "inf"
// says that it is not.
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __float128 quad;

static const struct { const char *name; quad (*f)(quad); } unary[] = {
	{"exp", expq}, {"exp2", exp2q}, {"expm1", expm1q},
	{"log", logq}, {"log2", log2q}, {"log10", log10q}, {"log1p", log1pq},
	{"sin", sinq}, {"cos", cosq}, {"tan", tanq}, {"asin", asinq}, {"acos", acosq}, {"atan", atanq},
	{"sinh", sinhq}, {"cosh", coshq}, {"tanh", tanhq}, {"asinh", asinhq}, {"acosh", acoshq}, {"atanh", atanhq},
	{"cbrt", cbrtq}, {"sqrt", sqrtq},
};
static const struct { const char *name; quad (*f)(quad, quad); } binary[] = {
	{"pow", powq}, {"atan2", atan2q}, {"hypot", hypotq},
};

static int digits = 53, least = -1022; // of a result: bits, and the exponent of the smallest normal number

// rounded is the result that belongs to an exact one.
static double rounded(quad exact) { return digits == 53 ? (double)exact : (float)exact; }

// ulps is how far y is from exact.
static double ulps(double y, quad exact) {
	double want = rounded(exact);
	if (isnan(y) || isnan(want)) return isnan(y) && isnan(want) ? 0 : INFINITY;
	if (isinf(y) || isinf(want)) return y == want ? 0 : INFINITY;
	if (y == 0 && want == 0 && signbit(y) != signbit(want)) return INFINITY;
	int e = 0;
	frexpq(exact, &e); // exact is below 2^e
	if (e - 1 < least) e = least + 1;
	return (double)fabsq(scalbnq((quad)y - exact, digits - e));
}

static double number(const char *record, int i) {
	if (digits == 53) {
		double x;
		memcpy(&x, record + 8 * i, 8);
		return x;
	}
	float x;
	memcpy(&x, record + 4 * i, 4);
	return x;
}

int main(int argc, char **argv) {
	if (argc != 3) {
		fprintf(stderr, "usage: ulp NAME BITS <records\n");
		return 2;
	}
	if (!strcmp(argv[2], "32")) digits = 24, least = -126;
	quad (*f1)(quad) = NULL, (*f2)(quad, quad) = NULL;
	for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
		if (!strcmp(argv[1], unary[i].name)) f1 = unary[i].f;
	for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
		if (!strcmp(argv[1], binary[i].name)) f2 = binary[i].f;
	if (!f1 && !f2) {
		fprintf(stderr, "ulp: no function %s\n", argv[1]);
		return 2;
	}
	int nargs = f1 ? 1 : 2;
	size_t size = (digits == 53 ? 8 : 4) * (nargs + 1);
	char record[24];
	double worst = -1, at[2] = {0, 0};
	long n = 0, wrong = 0;
	for (; fread(record, size, 1, stdin) == 1; n++) {
		double x0 = number(record, 0), x1 = nargs == 2 ? number(record, 1) : 0, y = number(record, nargs);
		quad exact = f1 ? f1(x0) : f2(x0, x1);
		double u = ulps(y, exact);
		wrong += !(y == rounded(exact) || isnan(y));
		if (u > worst) worst = u, at[0] = x0, at[1] = x1;
	}
	printf("%.4f %a %a %.6f %ld\n", worst, at[0], at[1], n ? (double)wrong / n : 0, n);
	return 0;
}
