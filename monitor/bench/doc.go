// Package bench measures how well trouble is told from noise. It makes worlds from seeds, knows what is true in
// them, plays them in virtual time to the whole book and to the rules of other monitors, and compares what each
// told with the truth. The same seed gives the same figures, whatever the number of processors.
package bench
